namespace AspireChat.Client.Chat;

/// <summary>How far a message is known to have come. A state is never shown before it is true.</summary>
public enum MessageState
{
    /// <summary>Own: stored here, on its way; kept in the outbox until the promise of its class is met.</summary>
    Sending,

    /// <summary>Own, private: waits at the broker for a user who is away.</summary>
    Stored,

    /// <summary>Private: the receiving peer has committed it to its store. Others' messages start here.</summary>
    Delivered,

    /// <summary>The receiving user has read it.</summary>
    Read,

    /// <summary>Own, durable group: the broker has confirmed it.</summary>
    Confirmed,

    /// <summary>Own, transient group: given to the broker for those present.</summary>
    Sent,

    /// <summary>Own: not delivered and not tried any more; <see cref="ChatMessage.Reason"/> says why.</summary>
    Failed,

    /// <summary>
    /// An insult taken from the work queue of which it is not settled yet that it is this client's. Never shown.
    /// </summary>
    Held,
}

/// <summary>One message of a conversation as the local store has it.</summary>
/// <param name="Id">A UUIDv7; unique together with the sender's key. Says nothing about order.</param>
/// <param name="From">The sender's user name.</param>
/// <param name="Conversation">The conversation as this client sees it: the other user's chat, or the group.</param>
/// <param name="IsOwn">Whether this client sent it.</param>
/// <param name="Seq">The sender's position in this conversation, from 1, rising by one.</param>
/// <param name="Text">1 to 16,384 bytes of UTF-8.</param>
/// <param name="SentAt">The sender's clock, UTC, to the millisecond.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Reason">Why it failed, as a sentence; null in every other state.</param>
/// <param name="Missing">How many messages of the same sender should have come before this one and did not: a gap in the seq.</param>
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
