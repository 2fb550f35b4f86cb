using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>A group as listed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">What it promises.</param>
/// <param name="Members">How many members are in the room now, by their leases; null while the name server is away.</param>
/// <param name="IsJoined">Whether this client is in the room; <c>joined</c> in JSON.</param>
/// <param name="Unread">How many of the other members' messages were not read yet.</param>
public sealed record GroupSummary(
    string Name, GroupMode Mode, int? Members, [property: JsonPropertyName("joined")] bool IsJoined, int Unread = 0);

/// <summary>The body that joins a group: <c>POST /api/groups/{group}</c>.</summary>
/// <param name="Mode">The mode it must have; null takes what is there, and <see cref="GroupMode.Durable"/> for a new one.</param>
public sealed record JoinBody(GroupMode? Mode = null);
