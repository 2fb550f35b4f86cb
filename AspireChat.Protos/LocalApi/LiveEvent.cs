using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>An event in a client, as <c>GET /api/events</c> reports it.</summary>
/// <param name="Name">Its name, one of <see cref="DataTypes"/>; ignore unknown ones, since events may be added.</param>
/// <param name="Data">
/// Its data, of the type that belongs to its name: a <see cref="Message"/> that was sent or received, a
/// <see cref="StateChange"/>, … Null if the name is unknown.
/// </param>
public sealed record LiveEvent(string Name, object? Data)
{
    /// <summary>The data's type by the event's name.</summary>
    public static IReadOnlyDictionary<string, Type> DataTypes { get; } = new Dictionary<string, Type>
    {
        ["message"] = typeof(Message),
        ["state"] = typeof(StateChange),
        ["chat-opened"] = typeof(ChatChange),
        ["insult"] = typeof(ReceivedInsult),
        ["presence"] = typeof(PresenceChange),
        ["group"] = typeof(GroupChange),
        ["found"] = typeof(Finding),
        ["connection"] = typeof(ConnectionChange),
        ["refused"] = typeof(RefusedBatch),
        ["error"] = typeof(StreamEnd),
    };

    private static readonly Dictionary<Type, string> Names = DataTypes.ToDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>Makes the event that has this data.</summary>
    /// <param name="data">Data of one of the <see cref="DataTypes"/>.</param>
    /// <exception cref="KeyNotFoundException">The data belong to no event.</exception>
    public static LiveEvent Of(object data) => new(Names[data.GetType()], data);
}

/// <summary>Event <c>state</c>: the state of a message changed.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="From">Its sender's name: ids are unique per sender only.</param>
/// <param name="To">Its destination.</param>
/// <param name="State">The new state.</param>
/// <param name="Reason">Why it failed or is still waiting, as a sentence; absent otherwise.</param>
public sealed record StateChange(
    Guid Id,
    string From,
    Destination To,
    MessageState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

/// <summary>Event <c>chat-opened</c>: a private chat was requested, opened or declined.</summary>
/// <param name="User">The other user's name.</param>
/// <param name="State">The chat's new state.</param>
public sealed record ChatChange(string User, ChatState State);

/// <summary>Event <c>presence</c>: a user came online or went away, as the name server reports it.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Online">Whether the user is online; otherwise away.</param>
public sealed record PresenceChange(string User, bool Online);

/// <summary>Event <c>group</c>: something happened in a group.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="What"><c>joined</c>, <c>left</c>, <c>given-up</c>, <c>gap</c>, <c>waiting</c> or <c>refused</c>.</param>
/// <param name="Detail">A sentence with details; absent if there are none.</param>
public sealed record GroupChange(
    string Name, string What, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null);

/// <summary>Event <c>found</c>: an answer to a survey as it arrives; exactly one of these is present.</summary>
/// <param name="User">A user; absent if it is a group.</param>
/// <param name="Group">A group; absent if it is a user.</param>
public sealed record Finding(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FoundUser? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FoundGroup? Group);

/// <summary>Event <c>connection</c>: a connection to a server, or to a peer's identity, changed.</summary>
/// <param name="Connection"><c>redis</c>, <c>rabbitmq</c> or <c>peer:{user}</c>.</param>
/// <param name="State">Its new state, for example <c>connected</c> or <c>reconnecting</c>.</param>
/// <param name="Detail">A sentence with details; absent if there are none.</param>
public sealed record ConnectionChange(
    string Connection, string State, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null);

/// <summary>Event <c>refused</c>: a batch of a sender's messages was refused as a whole.</summary>
/// <param name="In">The conversation: <c>user:{name}</c>, <c>group:{name}</c> or <c>insults</c>.</param>
/// <param name="Detail">Why, as a sentence.</param>
public sealed record RefusedBatch(string In, string Detail);

/// <summary>Event <c>error</c>: the watcher fell behind, and the stream ends. Read the conversations again, then watch again.</summary>
/// <param name="Detail">Why, as a sentence.</param>
public sealed record StreamEnd(string Detail);
