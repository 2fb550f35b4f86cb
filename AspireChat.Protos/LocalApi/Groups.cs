using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>A group as listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Members">How many members have a lease in the room now; null while the name server is away.</param>
/// <param name="IsJoined">Whether this client is in the room; <c>joined</c> in JSON.</param>
/// <param name="Unread">How many of the other members' messages are unread.</param>
public sealed record GroupSummary(
    string Name, GroupMode Mode, int? Members, [property: JsonPropertyName("joined")] bool IsJoined, int Unread);

/// <summary>A member of a group.</summary>
/// <param name="Name">The user name.</param>
/// <param name="IsOnline">Whether the user is online according to the name server; <c>online</c> in JSON.</param>
public sealed record GroupMember(string Name, [property: JsonPropertyName("online")] bool IsOnline);

/// <summary>The body that joins a group: <c>POST /api/groups/{group}</c>.</summary>
/// <param name="Mode">The mode the group must have; null accepts any mode and makes a new group <see cref="GroupMode.Durable"/>.</param>
public sealed record JoinBody(GroupMode? Mode = null);
