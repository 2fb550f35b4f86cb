namespace AspireChat.Client.Groups;

/// <summary>Why a member enters a room.</summary>
internal enum Entry
{
    /// <summary>The subscription begins: earlier messages are not for this member.</summary>
    New,

    /// <summary>The member's subscription was kept.</summary>
    Again,

    /// <summary>The member is in the room and renews its lease.</summary>
    Renew,
}

/// <summary>The result of joining a group.</summary>
/// <param name="Mode">The group's mode.</param>
/// <param name="IsNew">Whether the group was created.</param>
/// <param name="WasSubscribed">Whether this user was already subscribed.</param>
/// <param name="Generations">The group's generations, the current one first.</param>
/// <param name="Floors">The last seq of each sender's key before the join; empty for a renewal.</param>
internal sealed record JoinResult(
    GroupMode Mode, bool IsNew, bool WasSubscribed, IReadOnlyList<string> Generations, IReadOnlyDictionary<string, long> Floors);

/// <summary>A group as the name server has it.</summary>
/// <param name="Mode">Its mode.</param>
/// <param name="Members">The number of members in its room.</param>
/// <param name="Generations">Its generations, the current one first.</param>
/// <param name="Age">How long ago it was created there.</param>
internal sealed record DescribedGroup(GroupMode Mode, int Members, IReadOnlyList<string> Generations, TimeSpan Age);
