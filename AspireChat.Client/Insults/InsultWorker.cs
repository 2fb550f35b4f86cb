using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Insults;

/// <summary>
/// Takes insults from the work queue, one at a time, and sends this user's. An insult is stored first, then
/// claimed, then shown, then acknowledged: wherever a crash cuts that, exactly one client ends up with it.
/// </summary>
internal sealed partial class InsultWorker(
    BrokerConnection broker,
    FirstRegistration registration,
    BatchReceiver receiver,
    InsultClaims claims,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<InsultWorker> logger) : BackgroundService
{
    // Whoever is slow must not sit on insults that somebody else could take.
    private const ushort Prefetch = 1;

    private readonly BrokerOutbox _outbox = new(
        Conversation.Insults,
        new OutboxRoute(
            Exchange: "",
            InsultTopology.Queue,
            IsPersistent: true,
            MessageState.Confirmed,
            InsultTopology.DeclareAsync,
            MaxBatch: 1), // the queue shares out publishes, and users share insults
        broker,
        store,
        self,
        events,
        options.Value,
        time,
        logger);

    /// <summary>There is an insult in the outbox.</summary>
    public void Wake() => _outbox.Wake();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SettleHeldAsync(stoppingToken);
            await RetrySetAsideAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        var consumer = new BrokerConsumer(
            broker,
            BrokerFaults.NameOf(Conversation.Insults),
            InsultTopology.DeclareAsync,
            (deliveries, round) => HandleAsync(deliveries, round, stoppingToken),
            Prefetch,
            outlivesConnection: true,
            options.Value,
            time,
            logger);
        await Task.WhenAll(consumer.RunAsync(stoppingToken), SendAsync(stoppingToken));
    }

    // Not before the name is claimed: whoever gets an insult and does not know this user refuses it for good.
    private async Task SendAsync(CancellationToken stopping)
    {
        try
        {
            await registration.UntilRegisteredAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        await _outbox.RunAsync(stopping);
    }

    private async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken round, CancellationToken stopping)
    {
        foreach (var delivery in deliveries)
        {
            try
            {
                if (receiver.Open(delivery, Conversation.Insults, keepOwn: true) is { } batch)
                {
                    await TakeAsync(batch, round, stopping);
                }
            }
            catch (Exception e) when (DeliveryFault.IsIn(e))
            {
                // What fails may be a fault of this program, so it is kept.
                Log.SetAside(logger, await store.SetAsideAsync(Conversation.Insults, fingerprint: "", delivery.Body), e);
                ChatTelemetry.CountRefused("delivery");
                events.Publish(new RefusedEvent(
                    Conversation.Insults, "An insult cannot be handled; it is set aside, and tried again when this client starts next."));
            }
        }
    }

    // Another version of this program may be able to handle it; each start is one try.
    private async Task RetrySetAsideAsync(CancellationToken stopping)
    {
        await store.RetrySetAsideAsync(Conversation.Insults);
        foreach (var held in store.ListHeldBatches(Conversation.Insults))
        {
            try
            {
                await TakeAsync(SignedBatch.Open(store.ReadHeld(held), Conversation.Insults), stopping, stopping);
                await store.DropHeldAsync(held);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                Log.SetAside(logger, await store.CountFailedTryAsync(held) ?? 0, e);
            }
        }
    }

    // Waits while the name server cannot tell whose name it is: if it is away, it must say, too, whose the insult is.
    private async Task<bool> IsVouchedForAsync(OpenedBatch batch, CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        try
        {
            while (!await receiver.IsVouchedForAsync(batch, stopping))
            {
                Log.Waiting(logger);
                await Task.Delay(backoff.Next(), time, stopping);
            }

            return true;
        }
        catch (BatchRefusedException e)
        {
            receiver.Refuse(Conversation.Insults, e.Message);
            return false;
        }
    }

    // Given up with the round up to where it is stored, for then it comes again. Not later: the claim may be this client's by
    // then, and nobody else would show it.
    private async Task TakeAsync(OpenedBatch batch, CancellationToken round, CancellationToken stopping)
    {
        if (!await IsVouchedForAsync(batch, round))
        {
            return;
        }

        var spans = BatchReceiver.StartSpans(batch, Conversation.Insults);
        try
        {
            await store.StoreReceivedAsync(
                Conversation.Insults, batch.From, batch.Fingerprint, batch.Messages, state: MessageState.Held);
            var shown = 0;
            foreach (var insult in batch.Messages)
            {
                var isOwn = await UntilRedisAnswersAsync(
                    () => claims.ClaimAsync(batch.Fingerprint, insult.Id, stopping), stopping);
                shown += await SettleAsync(batch.Fingerprint, insult.Id, isOwn) ? 1 : 0;
            }

            ChatTelemetry.CountReceived(Conversation.Insults, shown, batch.Messages.Count - shown);
        }
        finally
        {
            foreach (var span in spans)
            {
                span.Dispose();
            }
        }
    }

    // What an earlier process stored and could not finish: shown if it was claimed, else it is somebody else's, or comes again.
    private async Task SettleHeldAsync(CancellationToken stopping)
    {
        foreach (var (fingerprint, id) in store.ListHeld())
        {
            await SettleAsync(
                fingerprint, id, await UntilRedisAnswersAsync(() => claims.IsOwnAsync(fingerprint, id, stopping), stopping));
        }
    }

    private async Task<bool> SettleAsync(string fingerprint, Guid id, bool isOwn)
    {
        if (await store.SettleHeldAsync(fingerprint, id, isOwn) is not { } insult)
        {
            return false;
        }

        events.Publish(new InsultEvent(insult));
        return true;
    }

    private async Task<bool> UntilRedisAnswersAsync(Func<Task<bool>> ask, CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
            {
                Log.Waiting(logger);
                await Task.Delay(backoff.Next(), time, stopping);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "An insult waits for Redis, which decides whose it is", EventName = "InsultWaits")]
        public static partial void Waiting(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "An insult cannot be handled and is set aside; {Forgotten} older ones are forgotten for it", EventName = "InsultSetAside")]
        public static partial void SetAside(ILogger logger, int forgotten, Exception exception);
    }
}
