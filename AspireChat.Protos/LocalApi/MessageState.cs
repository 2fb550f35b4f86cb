namespace AspireChat.Protos.LocalApi;

/// <summary>How far a message is known to have come. A state is never shown before it is true.</summary>
/// <remarks>
/// The numbers are the format on disk: one that was given once is never changed, and never given to another state. Which
/// state may follow which is in the client's <c>MessageStates</c>; the table in docs/protocol.md says the same, and a test
/// compares them.
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

    /// <summary>Own, transient group: given to the broker for those present.</summary>
    Sent = 5,

    /// <summary>Own: not delivered and not tried any more; a reason says why.</summary>
    Failed = 6,

    /// <summary>
    /// An insult taken from the work queue of which it is not settled yet that it is this client's. Known to its store only;
    /// no call and no event shows it.
    /// </summary>
    Held = 7,
}
