using System.Diagnostics.Metrics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    private const string Messages = "{message}";

    private static readonly Meter Meter = new(Name);

    // This process's messages in the outbox, by kind of conversation.
    private static readonly long[] OutboxDepth = new long[Enum.GetValues<ConversationKind>().Length];

    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        "aspirechat.messages.sent", Messages, "Messages that this user sent.");

    private static readonly Counter<long> Received = Meter.CreateCounter<long>(
        "aspirechat.messages.received", Messages, "Others' messages stored for the first time.");

    private static readonly Counter<long> Redelivered = Meter.CreateCounter<long>(
        "aspirechat.messages.redelivered", Messages, "Others' messages that were stored already and dropped.");

    private static readonly Counter<long> Confirmed = Meter.CreateCounter<long>(
        "aspirechat.messages.confirmed", Messages, "This user's messages confirmed by the receiving peer or by the broker.");

    private static readonly Gauge<int> PeersOnline = Meter.CreateGauge<int>(
        "aspirechat.peers.online", "{peer}", "Other users registered at the name server, at the last look.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "aspirechat.messages.refused", Messages, "Batches or calls of others that broke a rule.");

    // In seconds, with the bounds that the conventions give for seconds; the default bounds are for milliseconds.
    private static readonly Histogram<double> DeliveryTime = Meter.CreateHistogram(
        "aspirechat.delivery.duration",
        "s",
        "From the user's send to the receiver's receipt or the broker's confirm.",
        tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        });

    static ChatTelemetry() => Meter.CreateObservableGauge(
        "aspirechat.outbox.depth", ObserveOutbox, Messages, "This user's messages that are still on their way.");

    /// <summary>Counts messages of other users that were stored, and those that were already stored.</summary>
    public static void CountReceived(Conversation from, int stored, int known)
    {
        Received.Add(stored, Kind(from.Kind));
        if (known > 0)
        {
            Redelivered.Add(known, Kind(from.Kind));
        }
    }

    /// <summary>Records how many other users are online.</summary>
    public static void RecordOnline(int peers) => PeersOnline.Record(peers);

    /// <summary>Counts messages that entered or left the outbox.</summary>
    /// <param name="kind">The kind of their conversation.</param>
    /// <param name="change">How many entered; negative if they left.</param>
    public static void CountOutbox(ConversationKind kind, long change) => Interlocked.Add(ref OutboxDepth[(int)kind], change);

    /// <summary>Counts a refused call or batch.</summary>
    /// <param name="why">The rule it broke, in one or two words.</param>
    public static void CountRefused(string why) => Refused.Add(1, new KeyValuePair<string, object?>("reason", why));

    private static IEnumerable<Measurement<long>> ObserveOutbox() =>
        Enum.GetValues<ConversationKind>().Select(kind => new Measurement<long>(Interlocked.Read(ref OutboxDepth[(int)kind]), Kind(kind)));

    private static KeyValuePair<string, object?> Kind(ConversationKind kind) => new("kind", Word(kind));
}
