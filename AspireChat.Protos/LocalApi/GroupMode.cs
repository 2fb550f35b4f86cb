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
    private GroupMode(string word) => Word = word;

    /// <summary>A member who returns receives all messages that were sent while it was away.</summary>
    public static GroupMode Durable { get; } = new("durable")
    {
        IsKept = true,
        Promise = "Messages sent while you are away are kept for you.",
    };

    /// <summary>Only members in the room receive messages; none is kept.</summary>
    public static GroupMode Transient { get; } = new("transient")
    {
        Promise = "You receive only the messages sent while you are in the room.",
    };

    /// <summary>The modes that this version knows; the first is the default for a new group.</summary>
    public static IReadOnlyList<GroupMode> All { get; } = [Durable, Transient];

    /// <summary>The word, in lower case; it has at most <see cref="ChatName.MaxLength"/> characters, those of names.</summary>
    public string Word { get; }

    /// <summary>Whether a subscription outlives the room: a member who leaves it, or whose client ends, is still subscribed.</summary>
    public bool IsKept { get; private init; }

    /// <summary>The promise to members, as a sentence for users.</summary>
    public string Promise { get; private init; } = "";

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
