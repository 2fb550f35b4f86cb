using System.Text.Json.Serialization;
using AspireChat.Protos.Rules;

namespace AspireChat.Protos.LocalApi;

/// <summary>A message as the API shows it.</summary>
/// <param name="Id">A UUIDv7; unique per sender only, and without meaning for the order.</param>
/// <param name="From">The sender's name.</param>
/// <param name="To">Its destination.</param>
/// <param name="Text">1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8.</param>
/// <param name="SentAt">When it was sent, by the sender's clock, to the millisecond.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it failed or is still waiting, as a sentence; absent otherwise.</param>
/// <param name="Missing">How many earlier messages of the same sender are missing before this one; absent if none is.</param>
public sealed record Message(
    Guid Id,
    string From,
    Destination To,
    string Text,
    DateTimeOffset SentAt,
    MessageState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Missing = 0);

/// <summary>The destination of a message: exactly one of these is present.</summary>
/// <param name="User">The receiver; for others' private messages, this client's user.</param>
/// <param name="Group">The group.</param>
/// <param name="Insults">True for the insult channel, absent otherwise.</param>
public sealed record Destination(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Group,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Insults = false);

/// <summary>The answer to sending, once the message is in the outbox, on disk.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="State">Its state, <see cref="MessageState.Sending"/>.</param>
public sealed record SentMessage(Guid Id, MessageState State);

/// <summary>An insult that reached this client.</summary>
/// <param name="Id">A UUIDv7; unique per sender only.</param>
/// <param name="From">The sender's name.</param>
/// <param name="Text">The insult, 1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8.</param>
/// <param name="SentAt">When it was sent, by the sender's clock, to the millisecond.</param>
public sealed record ReceivedInsult(Guid Id, string From, string Text, DateTimeOffset SentAt);

/// <summary>The body that sends a text.</summary>
/// <param name="Text">
/// 1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8. Null means a stock insult in the insult channel and is refused elsewhere.
/// </param>
/// <param name="Id">
/// A UUIDv7 (RFC 9562) that the caller has made for this message, so that a repeated call sends nothing twice; absent: the client
/// makes one.
/// </param>
public sealed record TextBody(
    string? Text, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Id = null);

/// <summary>The body that sends several texts in their order, all or none.</summary>
/// <param name="Messages">1 to <see cref="MaxMessages"/> texts; the size of a request limits them too.</param>
public sealed record TextListBody(IReadOnlyList<TextBody>? Messages)
{
    /// <summary>The most texts in one call: they hold up everybody else's while they are stored.</summary>
    public const int MaxMessages = 256;
}
