using System.Text.Json;
using System.Text.Json.Serialization;
using AspireChat.Protos.Rules;

namespace AspireChat.Protos.LocalApi;

/// <summary>
/// A group's promise to its members, identified by a word at the name server, in answers to surveys and in the API. A group
/// keeps its mode for as long as it exists. A newer client may know more modes than this one; they are shown by their word
/// and never mistaken for one of these.
/// </summary>
[JsonConverter(typeof(GroupModeJson))]
public sealed record GroupMode
{
    /// <summary>The server of most modes.</summary>
    public const string RabbitMq = "RabbitMQ";

    /// <summary>The name server, which also carries the groups of some modes.</summary>
    public const string Redis = "Redis";

    private const string EveryoneReads = "Everyone who joins can read everything since the group was created that is still kept.";

    private GroupMode(string word) => Word = word;

    /// <summary>A member who returns receives all messages that were sent while it was away: a queue for each member keeps them.</summary>
    public static GroupMode Durable { get; } = new("durable")
    {
        Server = RabbitMq,
        IsKept = true,
        Promise = "Messages sent while you are away are kept for you.",
        Readers = "Each message goes to those who have joined by then; nobody can read what was sent before.",
        Cost = "Every message is stored once for each member.",
        Limit = "A member's queue is bounded, and ends when it is unused for a month; what is lost then shows as missing.",
    };

    /// <summary>Only members in the room receive messages; none is kept.</summary>
    public static GroupMode Transient { get; } = new("transient")
    {
        Server = RabbitMq,
        Promise = "You receive only the messages sent while you are in the room.",
        Readers = "Each message goes to those in the room.",
        Cost = "Every message is copied once for each member, in memory.",
        Limit = "What is under way when RabbitMQ or your connection to it fails is lost, and nobody is told. A loss of power may take the last messages that you received.",
    };

    /// <summary>All members read one stream of RabbitMQ, each from the place up to which it has stored everything.</summary>
    public static GroupMode Stream { get; } = new("stream")
    {
        Server = RabbitMq,
        IsKept = true,
        HasLog = true,
        Promise = "Messages sent while you are away are kept for you.",
        Readers = EveryoneReads,
        Cost = "Every message is stored once, however many members there are.",
        Limit = "The log is bounded in size and age; what you had not read by then shows as missing. RabbitMQ does not flush it to disk before it confirms.",
    };

    /// <summary>All members read one stream of Redis, each from the place up to which it has stored everything.</summary>
    public static GroupMode RedisStream { get; } = new("redis-stream")
    {
        Server = Redis,
        IsKept = true,
        HasLog = true,
        Promise = "Messages sent while you are away are kept for you.",
        Readers = EveryoneReads,
        Cost = "Every message is stored once, however many members there are, and in the memory of the server that also knows who is online.",
        Limit = "The log is bounded in size and age; what you had not read by then shows as missing. It is as safe as Redis's own file: by default a crash may take the last seconds.",
    };

    /// <summary>Only members in the room receive messages, by a channel of Redis; none is kept.</summary>
    public static GroupMode RedisPubSub { get; } = new("redis-pubsub")
    {
        Server = Redis,
        Promise = "You receive only the messages sent while you are in the room.",
        Readers = "Each message goes to those in the room.",
        Cost = "Every message is copied once for each member, in memory; nothing is stored on the way.",
        Limit = "What is under way when Redis or your connection to it fails is lost, and nobody is told. A loss of power may take the last messages that you received.",
    };

    /// <summary>The modes that this version knows; the first is the default for a new group.</summary>
    public static IReadOnlyList<GroupMode> All { get; } = [Durable, Transient, Stream, RedisStream, RedisPubSub];

    /// <summary>The modes that a server carries, for a sentence about it: <c>durable, transient and stream groups</c>.</summary>
    public static string CarriedBy(string server)
    {
        string[] words = [.. All.Where(mode => mode.Server == server).Select(mode => mode.Word)];
        return $"{string.Join(", ", words[..^1])} and {words[^1]} groups";
    }

    /// <summary>The word, in lower case; it has at most <see cref="ChatName.MaxLength"/> characters, those of names.</summary>
    public string Word { get; }

    /// <summary>Whether a subscription outlives the room: a member who leaves it, or whose client ends, is still subscribed.</summary>
    public bool IsKept { get; private init; }

    /// <summary>
    /// Whether all members read one log: a new member may read it from its beginning, and everything that is kept there can be read
    /// by everyone who joins.
    /// </summary>
    public bool HasLog { get; private init; }

    /// <summary>The server that carries the messages; empty for a mode of a newer version.</summary>
    public string Server { get; private init; } = "";

    /// <summary>The promise to members, as a sentence for users.</summary>
    public string Promise { get; private init; } = "";

    /// <summary>Who can read a message, as a sentence for users.</summary>
    public string Readers { get; private init; } = "";

    /// <summary>What a message costs, as a sentence for users.</summary>
    public string Cost { get; private init; } = "";

    /// <summary>What it cannot do, in sentences for users.</summary>
    public string Limit { get; private init; } = "";

    /// <summary>Whether this version knows the mode.</summary>
    public bool IsKnown => All.Contains(this);

    /// <summary>Finds the mode that a word identifies.</summary>
    /// <param name="word">A text that a user typed or a client sent; may be null.</param>
    /// <returns>One of <see cref="All"/>; an unknown mode for another word; null for a text that cannot name a mode.</returns>
    public static GroupMode? Find(string? word) => !ChatName.TryParse(word, out var name) ? null
        : All.FirstOrDefault(mode => mode.Word == name) ?? new GroupMode(name);

    /// <summary>The word.</summary>
    public override string ToString() => Word;
}

internal sealed class GroupModeJson : JsonConverter<GroupMode>
{
    public override GroupMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && GroupMode.Find(reader.GetString()) is { } mode ? mode : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, GroupMode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Word);
}
