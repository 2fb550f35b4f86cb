using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Api;

/// <summary>How the API writes and reads JSON: members in camelCase, states in lower case, times RFC 3339 UTC.</summary>
public static class ApiJson
{
    /// <summary>The options of everything that the API writes and reads.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    /// <summary>Sets options.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.AllowDuplicateProperties = false;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));

        // Readable to people with curl in a terminal, control characters (C1 too) still escaped. What it is unsafe for is
        // being put into HTML; the content type and 'nosniff' keep it out of there.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }
}

/// <summary>A list.</summary>
/// <param name="Items">What is in it.</param>
public sealed record ListJson<T>(IEnumerable<T> Items);

/// <summary>Where a message goes: one of these.</summary>
/// <param name="User">The receiving user.</param>
/// <param name="Group">The group.</param>
/// <param name="Insults">True for the insult channel.</param>
public sealed record PlaceJson(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Group,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Insults = false)
{
    /// <summary>Where a message of a conversation goes: others' private messages go to the own user.</summary>
    public static PlaceJson Of(Conversation conversation, string from, string self) =>
        conversation.Kind == ConversationKind.Group ? new(null, conversation.Name)
        : conversation.Kind == ConversationKind.Insults ? new(null, null, Insults: true)
        : from == self ? new(conversation.Name, null)
        : new(self, null);
}

/// <summary>A message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Text">The text.</param>
/// <param name="SentAt">When it was sent, UTC.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Reason">Why it failed; absent otherwise.</param>
/// <param name="Missing">How many messages of the same sender are missing before this one; absent if none is.</param>
public sealed record MessageJson(
    Guid Id,
    string From,
    PlaceJson To,
    string Text,
    DateTime SentAt,
    MessageState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Missing)
{
    /// <summary>A message as the API shows it.</summary>
    public static MessageJson Of(ChatMessage message, string self) => new(
        message.Id,
        message.From,
        PlaceJson.Of(message.Conversation, message.From, self),
        message.Text,
        message.SentAt.UtcDateTime,
        message.State,
        message.Reason,
        message.Missing);
}

/// <summary>What sending answers.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="State">Its state, <c>sending</c>.</param>
public sealed record SentJson(Guid Id, MessageState State);

/// <summary>A user who is online.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The peer address.</param>
/// <param name="Since">Since when, UTC.</param>
public sealed record UserJson(string Name, string Address, DateTime Since)
{
    /// <summary>A user as the API shows it.</summary>
    public static UserJson Of(OnlineUser user) => new(user.Name, user.Address, user.Since.UtcDateTime);
}

/// <summary>A private chat.</summary>
/// <param name="User">The other user.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Unread">How many messages were not read yet.</param>
/// <param name="LastAt">When its last message was sent, UTC; null if there is none.</param>
public sealed record ChatJson(string User, ChatState State, int Unread, DateTime? LastAt)
{
    /// <summary>A chat as the API shows it.</summary>
    public static ChatJson Of(ChatSummary chat) => new(chat.User, chat.State, chat.Unread, chat.LastAt?.UtcDateTime);
}

/// <summary>The body of sending.</summary>
/// <param name="Text">The text.</param>
public sealed record NewMessageJson(string? Text);

/// <summary>The body of accepting another key.</summary>
/// <param name="Fingerprint">The new key's fingerprint.</param>
public sealed record TrustJson(string? Fingerprint);
