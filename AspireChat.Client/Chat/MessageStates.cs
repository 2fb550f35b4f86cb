using static AspireChat.Protos.LocalApi.MessageState;

namespace AspireChat.Client.Chat;

/// <summary>
/// Which state of a message may follow which. The store moves messages only along these steps; the table in
/// docs/protocol.md lists the same.
/// </summary>
public static class MessageStates
{
    private const bool Own = true;
    private const bool Others = false;

    // A state is reported only once it is true, so no step leads back.
    private static readonly (MessageState From, MessageState To, bool IsOwn)[] Steps =
    [
        (Sending, Stored, Own),
        (Sending, Delivered, Own),
        (Sending, Confirmed, Own),
        (Sending, Sent, Own),
        (Sending, Failed, Own),
        (Stored, Delivered, Own),
        (Stored, Failed, Own),
        (Failed, Delivered, Own), // A private message that was given up, but whose letter arrived.
        (Delivered, Read, Own),
        (Held, Delivered, Others),
        (Delivered, Read, Others),
    ];

    /// <summary>The states that may follow a state, for messages of any sender.</summary>
    public static IReadOnlyList<MessageState> After(MessageState state) =>
        [.. Steps.Where(step => step.From == state).Select(step => step.To).Distinct()];

    /// <summary>The states that may precede a state.</summary>
    /// <param name="state">The new state.</param>
    /// <param name="isOwn">Whether it is a message of this user.</param>
    public static IReadOnlyList<MessageState> Before(MessageState state, bool isOwn) =>
        [.. Steps.Where(step => step.To == state && step.IsOwn == isOwn).Select(step => step.From)];
}
