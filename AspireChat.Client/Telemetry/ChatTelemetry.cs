using System.Diagnostics;
using System.Diagnostics.Metrics;
using AspireChat.Client.Conversations;

namespace AspireChat.Client.Telemetry;

/// <summary>The names under which this client tells what it does, and the spans of a message's way.</summary>
/// <remarks>
/// Attribute names follow the OpenTelemetry semantic conventions for messaging where one fits
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). Texts never become attributes.
/// </remarks>
public static class ChatTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "AspireChat";

    /// <summary>Attribute: a message's id.</summary>
    public const string MessageId = "messaging.message.id";

    private const string Destination = "messaging.destination.name";
    private const string Operation = "messaging.operation.type";
    private const string Sender = "aspirechat.sender";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        "aspirechat.messages.sent", "{message}", "Messages accepted from the own user.");

    private static readonly Counter<long> Received = Meter.CreateCounter<long>(
        "aspirechat.messages.received", "{message}", "Others' messages stored for the first time.");

    private static readonly Counter<long> Redelivered = Meter.CreateCounter<long>(
        "aspirechat.messages.redelivered", "{message}", "Others' messages that were stored already and dropped.");

    private static readonly Counter<long> Confirmed = Meter.CreateCounter<long>(
        "aspirechat.messages.confirmed", "{message}", "Own messages confirmed by the receiving peer or by the broker.");

    private static readonly Gauge<int> PeersOnline = Meter.CreateGauge<int>(
        "aspirechat.peers.online", "{peer}", "Other users registered at the name server, at the last look.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "aspirechat.messages.refused", "{message}", "Batches or calls of others that broke a rule.");

    private static readonly Histogram<double> DeliveryTime = Meter.CreateHistogram<double>(
        "aspirechat.delivery.duration", "s", "From the user's send to the receiver's receipt.");

    /// <summary>The span of sending one message, from the user's call to the outbox; its context travels with it.</summary>
    public static Activity? StartSend(Conversation to)
    {
        Sent.Add(1, Kind(to));
        return Start($"send {to.Kind.ToString().ToLowerInvariant()}", ActivityKind.Producer, default, to, "send");
    }

    /// <summary>The span of receiving one message, up to its commit in the local store.</summary>
    /// <param name="from">The conversation as the receiver sees it.</param>
    /// <param name="sender">Who sent it.</param>
    /// <param name="context">The context that came with the message; it becomes the parent.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="transport">The transport's own span, if it is not the current one.</param>
    public static Activity? StartReceive(
        Conversation from, string sender, ActivityContext context, Guid id, ActivityContext transport = default)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // The transport's own span, a stream that lives as long as the chat or a publish of many messages, is linked, not
        // the parent.
        var current = Activity.Current;
        var linked = transport == default ? current?.Context ?? default : transport;
        Activity.Current = null;
        var span = Source.CreateActivity(
            $"receive {from.Kind.ToString().ToLowerInvariant()}",
            ActivityKind.Consumer,
            context,
            links: linked == default ? null : [new ActivityLink(linked)]);
        span?.SetTag(Destination, from.ToString());
        span?.SetTag(Operation, "receive");
        span?.SetTag(Sender, sender);
        span?.SetTag(MessageId, id);
        span?.Start();
        Activity.Current = current;
        return span;
    }

    /// <summary>
    /// Records that an own message was confirmed, by a peer's receipt or by the broker: a span from the sending to the
    /// confirm, which ends the trace on this side.
    /// </summary>
    public static void RecordReceipt(Conversation to, Guid id, ActivityContext context, DateTimeOffset sentAt)
    {
        Confirmed.Add(1, Kind(to));
        DeliveryTime.Record(Math.Max(0, (DateTimeOffset.UtcNow - sentAt).TotalSeconds), Kind(to));
        if (!Source.HasListeners() || context == default)
        {
            return;
        }

        var what = to.Kind == ConversationKind.User ? "delivered" : "confirmed";
        using var span = Source.StartActivity(
            ActivityKind.Client, context, name: $"{what} {to.Kind.ToString().ToLowerInvariant()}", startTime: sentAt);
        span?.SetTag(Destination, to.ToString());
        span?.SetTag(Operation, "settle");
        span?.SetTag(MessageId, id);
    }

    /// <summary>Counts others' messages that were stored, and those that were there already.</summary>
    public static void CountReceived(Conversation from, int stored, int known)
    {
        Received.Add(stored, Kind(from));
        if (known > 0)
        {
            Redelivered.Add(known, Kind(from));
        }
    }

    /// <summary>Says how many others are online.</summary>
    public static void RecordOnline(int peers) => PeersOnline.Record(peers);

    /// <summary>Counts a refused call or batch.</summary>
    /// <param name="why">One or two words: which rule it broke.</param>
    public static void CountRefused(string why) => Refused.Add(1, new KeyValuePair<string, object?>("reason", why));

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent, Conversation place, string operation)
    {
        var span = Source.StartActivity(name, kind, parent);
        span?.SetTag(Destination, place.ToString());
        span?.SetTag(Operation, operation);
        return span;
    }

    private static KeyValuePair<string, object?> Kind(Conversation conversation) =>
        new("kind", conversation.Kind.ToString().ToLowerInvariant());
}
