using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>A group as listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Members">How many members have a lease in the room now; null while the name server is away.</param>
/// <param name="IsJoined">Whether this client is in the room; <c>joined</c> in JSON.</param>
/// <param name="Unread">How many of the other members' messages are unread.</param>
/// <param name="Unvouched">
/// How many messages of the group's log are not shown because nobody can vouch for their senders any more: their names are no longer
/// claimed by the keys that signed.
/// </param>
public sealed record GroupSummary(
    string Name,
    GroupMode Mode,
    int? Members,
    [property: JsonPropertyName("joined")] bool IsJoined,
    int Unread,
    long Unvouched = 0);

/// <summary>A member of a group.</summary>
/// <param name="Name">The user name.</param>
/// <param name="IsOnline">Whether the user is online according to the name server; <c>online</c> in JSON.</param>
public sealed record GroupMember(string Name, [property: JsonPropertyName("online")] bool IsOnline);

/// <summary>The body that joins a group: <c>POST /api/groups/{group}</c>.</summary>
/// <param name="Mode">The mode the group must have; null accepts any mode and makes a new group <see cref="GroupMode.Durable"/>.</param>
/// <param name="FromBeginning">
/// Whether a new member also reads what was sent before and is still kept; needs a group with a log (<see cref="GroupMode.HasLog"/>).
/// </param>
public sealed record JoinBody(GroupMode? Mode = null, bool FromBeginning = false);

/// <summary>What a mode of groups promises, costs and cannot do; the sentences of <see cref="GroupMode"/>.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Server">The server that carries the messages.</param>
/// <param name="IsKept">Whether messages wait for members who are away; <c>kept</c> in JSON.</param>
/// <param name="HasLog">Whether new members may read from the beginning; <c>log</c> in JSON.</param>
/// <param name="Promise">The promise to members.</param>
/// <param name="Readers">Who can read a message.</param>
/// <param name="Cost">What a message costs.</param>
/// <param name="Limit">What it cannot do.</param>
public sealed record GroupModeSummary(
    GroupMode Mode,
    string Server,
    [property: JsonPropertyName("kept")] bool IsKept,
    [property: JsonPropertyName("log")] bool HasLog,
    string Promise,
    string Readers,
    string Cost,
    string Limit)
{
    /// <summary>All modes of this version, the default first.</summary>
    public static IReadOnlyList<GroupModeSummary> All { get; } =
    [
        .. GroupMode.All.Select(mode => new GroupModeSummary(
            mode, mode.Server, mode.IsKept, mode.HasLog, mode.Promise, mode.Readers, mode.Cost, mode.Limit)),
    ];
}
