namespace AspireChat.Client.Chat;

/// <summary>One message of a conversation, as stored locally.</summary>
/// <param name="Id">A UUIDv7; unique together with the sender's key. Says nothing about order.</param>
/// <param name="From">The sender's user name.</param>
/// <param name="Conversation">The conversation as this client sees it: the other user's chat, or the group.</param>
/// <param name="IsOwn">Whether this client sent it.</param>
/// <param name="Seq">The sender's position in this conversation: starts at 1 and increases by 1.</param>
/// <param name="Text">1 to 16,384 bytes of UTF-8.</param>
/// <param name="SentAt">When it was sent, by the sender's clock, in UTC, to the millisecond.</param>
/// <param name="State">Its delivery state.</param>
/// <param name="Reason">Why it failed, or why the broker does not accept it, as a sentence; null otherwise.</param>
/// <param name="Missing">How many earlier messages of the same sender are missing before this one: a gap in the seq.</param>
public sealed record ChatMessage(
    Guid Id,
    string From,
    Conversation Conversation,
    bool IsOwn,
    long Seq,
    string Text,
    DateTimeOffset SentAt,
    MessageState State,
    string? Reason = null,
    long Missing = 0);
