namespace AspireChat.Client.Groups;

/// <summary>Why somebody enters a room.</summary>
internal enum Entry
{
    /// <summary>The subscription begins: what was said before is not for this member.</summary>
    New,

    /// <summary>The subscription was kept.</summary>
    Again,

    /// <summary>It is in the room.</summary>
    Renew,
}

/// <summary>What joining did.</summary>
/// <param name="Mode">The group's mode.</param>
/// <param name="IsNew">Whether the group was created.</param>
/// <param name="WasSubscribed">Whether this user held a subscription before.</param>
/// <param name="Generations">The group's generations, the current one first.</param>
/// <param name="Floors">Unless renewing: by the sender's key, up to which seq was said before.</param>
internal sealed record JoinResult(
    GroupMode Mode, bool IsNew, bool WasSubscribed, IReadOnlyList<string> Generations, IReadOnlyDictionary<string, long> Floors);

/// <summary>A group as the name server has it.</summary>
/// <param name="Mode">Its mode.</param>
/// <param name="Members">How many are in its room.</param>
/// <param name="Generations">Its generations, the current one first.</param>
/// <param name="Age">How long ago it was created there.</param>
internal sealed record DescribedGroup(GroupMode Mode, int Members, IReadOnlyList<string> Generations, TimeSpan Age);
