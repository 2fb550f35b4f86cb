namespace AspireChat.Protos.LocalApi;

/// <summary>How far a message is known to have got. A state is never shown before it is true.</summary>
/// <remarks>
/// The numbers are the format on disk: a number is never changed and never reused for another state. The client's
/// <c>MessageStates</c> has the allowed transitions; a test compares them with the table in docs/protocol.md.
/// </remarks>
public enum MessageState
{
    /// <summary>Own: stored here, on its way; kept in the outbox until the promise of its class is met.</summary>
    Sending = 0,

    /// <summary>Own, private: waits at the broker for a user who is away. Reserved for mailboxes.</summary>
    Stored = 1,

    /// <summary>Private: the receiving peer has committed it to its store. Others' messages start here.</summary>
    Delivered = 2,

    /// <summary>The receiving user has read it.</summary>
    Read = 3,

    /// <summary>Own, durable group: the broker has confirmed it.</summary>
    Confirmed = 4,

    /// <summary>Own, transient group: the broker has it for the members present.</summary>
    Sent = 5,

    /// <summary>Own: not delivered and no longer retried; a reason says why.</summary>
    Failed = 6,

    /// <summary>
    /// An insult from the work queue that is not yet settled to be this client's. Only its store knows it; no call and no
    /// event shows it.
    /// </summary>
    Held = 7,
}
