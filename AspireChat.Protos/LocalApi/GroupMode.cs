using System.Text.Json;
using System.Text.Json.Serialization;
using AspireChat.Protos.Rules;

namespace AspireChat.Protos.LocalApi;

/// <summary>
/// What a group promises to its members, by the word that stands for it at the name server, in answers to surveys and in the
/// API. A group keeps its mode for as long as it lives. A newer client may know more modes than this one: theirs are shown by
/// their word and never taken for one of these.
/// </summary>
[JsonConverter(typeof(GroupModeJson))]
public sealed record GroupMode
{
    private GroupMode(string word) => Word = word;

    /// <summary>Everything that is said while a member is away is there on its return.</summary>
    public static GroupMode Durable { get; } = new("durable")
    {
        IsKept = true,
        Promise = "What is said while you are away is kept for you.",
    };

    /// <summary>Only members in the room receive what is said; nothing is kept.</summary>
    public static GroupMode Transient { get; } = new("transient")
    {
        Promise = "You receive what is said while you are in the room, and nothing else.",
    };

    /// <summary>The modes that this version knows; the first is the one of a new group for which nobody chose.</summary>
    public static IReadOnlyList<GroupMode> All { get; } = [Durable, Transient];

    /// <summary>The word, in lower case; at most <see cref="ChatName.MaxLength"/> characters, with the letters of names.</summary>
    public string Word { get; }

    /// <summary>Whether a subscription outlives the room: a member who leaves it, or whose client ends, is still subscribed.</summary>
    public bool IsKept { get; private init; }

    /// <summary>What a member may count on, as a sentence for users.</summary>
    public string Promise { get; private init; } = "";

    /// <summary>Whether this version knows what it means.</summary>
    public bool IsKnown => Promise.Length > 0;

    /// <summary>The mode for which a word stands.</summary>
    /// <param name="word">What somebody typed or sent; may be null.</param>
    /// <returns>One of <see cref="All"/>; an unknown one for another word; null for a text that no mode can be called.</returns>
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
