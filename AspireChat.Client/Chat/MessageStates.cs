using static AspireChat.Protos.LocalApi.MessageState;

namespace AspireChat.Client.Chat;

/// <summary>
/// Which state of a message may follow which. The store moves messages along these steps only, and the table in
/// docs/protocol.md says the same.
/// </summary>
public static class MessageStates
{
    private const bool Own = true;
    private const bool Others = false;

    // A state may be told of only when it is true, so none leads back. Nothing leads to Stored yet, since there are no mailboxes.
    private static readonly (MessageState From, MessageState To, bool IsOwn)[] Steps =
    [
        (Sending, Delivered, Own),
        (Sending, Confirmed, Own),
        (Sending, Sent, Own),
        (Sending, Failed, Own),
        (Delivered, Read, Own),
        (Held, Delivered, Others),
        (Delivered, Read, Others),
    ];

    /// <summary>The states that may follow one, of whomever the message is.</summary>
    public static IReadOnlyList<MessageState> After(MessageState state) =>
        [.. Steps.Where(step => step.From == state).Select(step => step.To).Distinct()];

    /// <summary>The states that one may follow.</summary>
    /// <param name="state">The state that a message is to get.</param>
    /// <param name="isOwn">Whether it is a message of this user.</param>
    public static IReadOnlyList<MessageState> Before(MessageState state, bool isOwn) =>
        [.. Steps.Where(step => step.To == state && step.IsOwn == isOwn).Select(step => step.From)];
}
