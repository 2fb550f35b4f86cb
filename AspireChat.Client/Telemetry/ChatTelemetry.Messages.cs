using System.Diagnostics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    /// <summary>The messaging system of groups, surveys, insults and mailboxes, unless something else is said.</summary>
    public const string RabbitMq = "rabbitmq";

    /// <summary>The messaging system of groups that Redis carries.</summary>
    public const string Redis = "redis";

    /// <summary>The messaging system that carries groups of a mode.</summary>
    public static string SystemOf(GroupMode mode) => mode.Server == GroupMode.Redis ? Redis : RabbitMq;

    /// <summary>Attribute: a message's id.</summary>
    public const string MessageId = "messaging.message.id";

    /// <summary>Starts the span of sending one message, from the user's call to the outbox; its context travels with the message.</summary>
    /// <param name="to">The conversation.</param>
    /// <param name="system">What carries it if it is not private.</param>
    public static Activity? StartSend(Conversation to, string system = RabbitMq)
    {
        Sent.Add(1, Kind(to.Kind));
        return !Source.HasListeners()
            ? null
            : Source.StartActivity(
                $"send {Word(to.Kind)}", ActivityKind.Producer, parentContext: default, Operation("send", "send", to, system));
    }

    /// <summary>Starts the span of receiving one message, up to its commit in the local store.</summary>
    /// <param name="to">The conversation as the sender sees it.</param>
    /// <param name="sender">The sender's name.</param>
    /// <param name="context">The context that came with the message; it becomes the parent.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="system">What carried it if it is not private.</param>
    public static Activity? StartReceive(
        Conversation to, string sender, ActivityContext context, Guid id, string system = RabbitMq) => !Source.HasListeners()
        ? null
        : StartApart($"receive {Word(to.Kind)}", ActivityKind.Consumer, context, Operation("receive", "receive", to, system))
            ?.SetTag(Sender, sender)
            .SetTag(MessageId, id);

    /// <summary>
    /// Records that a message of this user was confirmed, by a peer's receipt or by the broker: a span from the send to the
    /// confirm.
    /// </summary>
    public static void RecordReceipt(
        Conversation to, Guid id, ActivityContext context, DateTimeOffset sentAt, string system = RabbitMq)
    {
        Confirmed.Add(1, Kind(to.Kind));
        DeliveryTime.Record(Math.Max(0, (DateTimeOffset.UtcNow - sentAt).TotalSeconds), Kind(to.Kind));

        // The time of sending is cut to a millisecond: without the extra one, this span could begin before its parent.
        Record(to.Kind == ConversationKind.User ? "delivered" : "confirmed", to, id, context, sentAt.AddMilliseconds(1), system);
    }

    /// <summary>Records that a copy of a message of this user waits in a mailbox: a moment.</summary>
    public static void RecordStored(Conversation to, Guid id, ActivityContext context) => Record("stored", to, id, context);

    /// <summary>
    /// Records that the other user has read a message of this user: a moment, when this client learns of it. The time in between
    /// belongs to the reader.
    /// </summary>
    public static void RecordRead(Conversation to, Guid id, ActivityContext context) => Record("read", to, id, context);

    private static void Record(
        string what, Conversation to, Guid id, ActivityContext context, DateTimeOffset start = default, string system = RabbitMq)
    {
        // If the sending of a message was not traced, its later steps are not traced either.
        if (context != default && Source.HasListeners())
        {
            StartApart($"{what} {Word(to.Kind)}", ActivityKind.Client, context, Operation(what, "settle", to, system), start)
                ?.SetTag(MessageId, id)
                .Dispose();
        }
    }

    private static KeyValuePair<string, object?>[] Operation(string name, string type, Conversation place, string system) =>
        Operation(name, type, place.Kind == ConversationKind.User ? "aspirechat" : system, place.ToString());
}
