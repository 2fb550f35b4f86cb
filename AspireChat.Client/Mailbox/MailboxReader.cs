using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Mailbox;

/// <summary>A letter out of this user's mailbox.</summary>
/// <param name="Opened">What is in it.</param>
/// <param name="Delivery">The letter as it came.</param>
internal sealed record ReceivedLetter(OpenedLetter Opened, Delivery Delivery);

/// <summary>
/// Takes this user's mailbox in: opens letter after letter, the oldest first, and acknowledges those that were taken. What
/// cannot be opened is kept at the broker for an operator to look at, and counted.
/// </summary>
internal sealed class MailboxReader(
    BrokerConnection broker,
    MailboxPost post,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    RefusalLog refusals,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<MailboxReader> logger)
{
    /// <summary>The name of the mailbox among the events about connections.</summary>
    public const string ConnectionName = "mailbox";

    // A letter has at most about 200 KB: at most 13 MB are read ahead, and share a commit and a receipt.
    private const ushort Prefetch = 64;

    private const string What = "the mailbox";

    // The broker ends a connection after two heartbeats of ten seconds without a sign of life.
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly MailboxProgress _progress = new(events, time);
    private readonly HashSet<Delivery> _done = new(ReferenceEqualityComparer.Instance);
    private int _buried;
    private long? _buriedAt;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="take">
    /// Takes letters in order, and returns when each is as safe as in the mailbox. May get the same letters again.
    /// </param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(Func<IReadOnlyList<ReceivedLetter>, CancellationToken, Task> take, CancellationToken stopping)
    {
        if (!broker.IsConfigured)
        {
            return;
        }

        await new BrokerConsumer(
            broker,
            What,
            DeclareAsync,
            (deliveries, round) => HandleAsync(deliveries, take, round),
            Prefetch,
            outlivesConnection: true,
            options.Value,
            time,
            logger).RunAsync(stopping);
    }

    private Conversation Mine => Conversation.With(self.Name);

    private async Task<string> DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await store.ForgetOldLettersAsync();
        var queue = MailboxTopology.Mailbox(self.Name, self.Identity.Fingerprint);
        var since = time.GetTimestamp();
        while (true)
        {
            // A connection that this user has lost may hold letters until the broker misses its heartbeats. They return to the front of
            // the queue, so that waiting for it keeps the order; a single active consumer would do so too, but then nobody could look
            // into the queue.
            var declared = await MailboxTopology.DeclareMailboxAsync(channel, queue, cancellationToken);
            if (declared.ConsumerCount == 0 || time.GetElapsedTime(since) > LostAfter)
            {
                _progress.Begin(declared.MessageCount);
                return queue;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
        }
    }

    private async Task HandleAsync(
        IReadOnlyList<Delivery> deliveries, Func<IReadOnlyList<ReceivedLetter>, CancellationToken, Task> take, CancellationToken round)
    {
        // After a fault the same deliveries come once more; those that were done then are no replays.
        _done.IntersectWith(deliveries);
        var letters = new List<ReceivedLetter>(deliveries.Count);
        var digests = new Dictionary<Delivery, byte[]>(ReferenceEqualityComparer.Instance);
        var unreadable = new List<(Delivery Letter, Exception Why)>();
        foreach (var delivery in deliveries.Where(delivery => !_done.Contains(delivery)))
        {
            if (Open(delivery, digests, unreadable) is { } letter)
            {
                letters.Add(letter);
            }
        }

        if (letters.Count > 0)
        {
            await TakeAsync(letters, take, unreadable, round);
        }

        await store.RememberLettersAsync([.. letters.Select(letter => letter.Delivery).Except(unreadable.Select(each => each.Letter)).Select(taken => digests[taken])]);
        _done.UnionWith(deliveries.Except(unreadable.Select(each => each.Letter)));

        // Last, since the broker may accept nothing now; the others must not wait for that.
        foreach (var (letter, why) in unreadable)
        {
            await BuryAsync(letter.Body, why, round);
            _done.Add(letter);
        }

        _progress.Advance(deliveries.Count);
    }

    // Returns null if there is nothing to take.
    private ReceivedLetter? Open(Delivery delivery, Dictionary<Delivery, byte[]> digests, List<(Delivery Letter, Exception Why)> unreadable)
    {
        if (delivery.Size != delivery.Body.Length)
        {
            Refuse($"A letter of {delivery.Size:N0} bytes in your mailbox is too large to read and was dropped.");
            return null;
        }

        var digest = Letters.Digest(delivery.Body);
        if (!delivery.IsRedelivered && (digests.Values.Any(other => other.AsSpan().SequenceEqual(digest)) || store.HasTakenLetter(digest)))
        {
            Refuse("A letter came into your mailbox a second time, which no sender does; it was dropped.");
            return null;
        }

        try
        {
            var letter = new ReceivedLetter(Letters.Open(self, delivery.Body), delivery);
            digests.Add(delivery, digest);
            return letter;
        }
        catch (Exception e) when (e is BatchRefusedException || DeliveryFault.IsIn(e))
        {
            unreadable.Add((delivery, e));
            return null;
        }
    }

    private static async Task TakeAsync(
        List<ReceivedLetter> letters,
        Func<IReadOnlyList<ReceivedLetter>, CancellationToken, Task> take,
        List<(Delivery Letter, Exception Why)> unreadable,
        CancellationToken round)
    {
        try
        {
            await take(letters, round);
        }
        catch (Exception e) when (DeliveryFault.IsIn(e) && letters.Count > 1)
        {
            // One letter causes the fault; the others must not be lost with it.
            foreach (var letter in letters)
            {
                await TakeAsync([letter], take, unreadable, round);
            }
        }
        catch (Exception e) when (DeliveryFault.IsIn(e))
        {
            unreadable.Add((letters[0].Delivery, e));
        }
    }

    private async Task BuryAsync(ReadOnlyMemory<byte> body, Exception why, CancellationToken round)
    {
        var isKept = await post.BuryAsync(self, body, round);
        _buried++;
        refusals.Count(Mine, why is BatchRefusedException ? why.Message : why.GetType().Name);
        ChatTelemetry.CountRefused("letter");

        // One line, whose count grows, and not a line for each.
        if (_buriedAt is { } before && time.GetElapsedTime(before) < TellEvery)
        {
            return;
        }

        _buriedAt = time.GetTimestamp();
        events.Publish(new ConnectionEvent(
            ConnectionName,
            "unreadable",
            $"{(_buried == 1 ? "A letter in your mailbox" : $"{_buried:N0} letters in your mailbox")} could not be opened and "
            + (isKept
                ? $"{(_buried == 1 ? "is" : "are")} kept at RabbitMQ in {MailboxTopology.Dead(self.Name, self.Identity.Fingerprint)}."
                : "could not be kept: RabbitMQ refuses the queue for it.")));
    }

    private void Refuse(string sentence)
    {
        refusals.Count(Mine, sentence);
        ChatTelemetry.CountRefused("letter");
        events.Publish(new ConnectionEvent(ConnectionName, "refused", sentence));
    }
}
