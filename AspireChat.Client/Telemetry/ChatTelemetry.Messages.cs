using System.Diagnostics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    /// <summary>Attribute: a message's id.</summary>
    public const string MessageId = "messaging.message.id";

    /// <summary>Starts the span of sending one message, from the user's call to the outbox; its context travels with the message.</summary>
    public static Activity? StartSend(Conversation to)
    {
        Sent.Add(1, Kind(to.Kind));
        return !Source.HasListeners()
            ? null
            : Source.StartActivity(
                $"send {Word(to.Kind)}", ActivityKind.Producer, parentContext: default, Operation("send", "send", to));
    }

    /// <summary>Starts the span of receiving one message, up to its commit in the local store.</summary>
    /// <param name="to">The conversation as the sender sees it.</param>
    /// <param name="sender">The sender's name.</param>
    /// <param name="context">The context that came with the message; it becomes the parent.</param>
    /// <param name="id">The message's id.</param>
    public static Activity? StartReceive(Conversation to, string sender, ActivityContext context, Guid id) => !Source.HasListeners()
        ? null
        : StartApart($"receive {Word(to.Kind)}", ActivityKind.Consumer, context, Operation("receive", "receive", to))
            ?.SetTag(Sender, sender)
            .SetTag(MessageId, id);

    /// <summary>
    /// Records that a message of this user was confirmed, by a peer's receipt or by the broker: a span from the send to the
    /// confirm.
    /// </summary>
    public static void RecordReceipt(Conversation to, Guid id, ActivityContext context, DateTimeOffset sentAt)
    {
        Confirmed.Add(1, Kind(to.Kind));
        DeliveryTime.Record(Math.Max(0, (DateTimeOffset.UtcNow - sentAt).TotalSeconds), Kind(to.Kind));

        // The time of sending is cut to a millisecond: without the extra one, this span could begin before its parent.
        Record(to.Kind == ConversationKind.User ? "delivered" : "confirmed", to, id, context, sentAt.AddMilliseconds(1));
    }

    /// <summary>Records that a copy of a message of this user waits in a mailbox: a moment.</summary>
    public static void RecordStored(Conversation to, Guid id, ActivityContext context) => Record("stored", to, id, context);

    /// <summary>
    /// Records that the other user has read a message of this user: a moment, when this client learns of it. The time in between
    /// belongs to the reader.
    /// </summary>
    public static void RecordRead(Conversation to, Guid id, ActivityContext context) => Record("read", to, id, context);

    private static void Record(string what, Conversation to, Guid id, ActivityContext context, DateTimeOffset start = default)
    {
        // If the sending of a message was not traced, its later steps are not traced either.
        if (context != default && Source.HasListeners())
        {
            StartApart($"{what} {Word(to.Kind)}", ActivityKind.Client, context, Operation(what, "settle", to), start)
                ?.SetTag(MessageId, id)
                .Dispose();
        }
    }

    private static KeyValuePair<string, object?>[] Operation(string name, string type, Conversation place) =>
        Operation(name, type, place.Kind == ConversationKind.User ? "aspirechat" : "rabbitmq", place.ToString());
}
