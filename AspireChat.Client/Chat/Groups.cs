namespace AspireChat.Client.Chat;

/// <summary>What a group promises to members who are away. Kinds may be added.</summary>
public enum GroupMode
{
    /// <summary>Each member's queue is kept while the member is away: everything is there on return.</summary>
    Durable,

    /// <summary>Only those present receive; nothing is kept.</summary>
    Transient,
}

/// <summary>A group as listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">What it promises.</param>
/// <param name="Members">How many members are in the room now, by their leases; null while the name server is away.</param>
/// <param name="IsJoined">Whether this client is in the room.</param>
public sealed record GroupSummary(string Name, GroupMode Mode, int? Members, bool IsJoined);

/// <summary>Something happened in a group.</summary>
/// <param name="Group">Its name.</param>
/// <param name="What"><c>joined</c>, <c>left</c>, <c>given-up</c>, <c>gap</c> or <c>refused</c>.</param>
/// <param name="Detail">A sentence for the user, if there is more to say.</param>
public sealed record GroupEvent(string Group, string What, string? Detail = null) : ChatEvent;

/// <summary>The groups in whose rooms this client is now, with what they promise: groups say so, a survey and windows ask.</summary>
public delegate IReadOnlyDictionary<string, GroupMode> JoinedGroups();
