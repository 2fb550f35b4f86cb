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
/// Takes insults from the work queue, one at a time, and sends this user's. An insult is first stored, then claimed, shown
/// and acknowledged: whenever a client crashes, exactly one client shows the insult in the end.
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
    // A slow client must not hold insults that another client could take.
    private const ushort Prefetch = 1;

    private readonly BrokerOutbox _outbox = new(
        Conversation.Insults,
        new OutboxRoute(
            Exchange: "",
            _ => InsultTopology.Queue,
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

    /// <summary>Reports that the outbox has an insult.</summary>
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

    // Waits until the name is claimed: a client that does not know this user would refuse its insult permanently.
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
                // The insult is kept, because the fault may be this program's.
                Log.SetAside(logger, await store.SetAsideAsync(Conversation.Insults, fingerprint: "", delivery.Body), e);
                ChatTelemetry.CountRefused("delivery");
                events.Publish(new RefusedEvent(
                    Conversation.Insults, "An insult cannot be handled; it is set aside, and retried when this client next starts."));
            }
        }
    }

    // Another version of this program may be able to handle them; each start retries once.
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

    // Waits until the name server can verify the sender's name; it must be back for the claim on the insult anyway.
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

    // Stops with the round until the insult is stored, since it then comes again. Not later: this client may then have the
    // claim, and no other client would show the insult.
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

    // Settles the insults that an earlier process stored but did not finish: those it claimed are shown; any other belongs
    // to another client or comes again.
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
        [LoggerMessage(1, LogLevel.Debug, "An insult waits for Redis, which decides which client it belongs to", EventName = "InsultWaits")]
        public static partial void Waiting(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "An insult cannot be handled and is set aside; {Forgotten} older ones are deleted to make room", EventName = "InsultSetAside")]
        public static partial void SetAside(ILogger logger, int forgotten, Exception exception);
    }
}
