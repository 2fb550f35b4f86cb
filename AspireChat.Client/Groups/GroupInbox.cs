using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Groups;

/// <summary>
/// What others say in one group. What can be decided on is stored and shown as it comes; what only the name server can
/// decide on, while that is away or has just lost its data, is held, and holds up nobody else.
/// </summary>
/// <remarks>
/// A held batch is on disk, so it is acknowledged like a stored one; it goes with the subscription, as the queue does. What
/// a sender says next is held behind it: the order of a sender is kept.
/// </remarks>
internal sealed partial class GroupInbox(
    string group,
    GroupMode mode,
    RoomGenerations generations,
    BatchReceiver receiver,
    MessageStore store,
    LiveEvents events,
    Func<IEnumerable<string>> joined,
    GroupOptions options,
    TimeProvider time,
    ILogger logger)
{
    private readonly Conversation _conversation = Conversation.Of(group);
    private readonly Bell _held = new();

    /// <summary>Keeps what came; returns after the commit, so that it may be acknowledged.</summary>
    /// <param name="deliveries">What came.</param>
    /// <param name="round">Ends with the leaving, or with the channel: what has found no room by then comes again, if the queue is still there.</param>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken round)
    {
        var fingerprint = "";
        try
        {
            // One commit for all that were waiting: the store shares it.
            var commits = new List<Task>(deliveries.Count);
            var isAnyHeld = store.HoldsAny(_conversation);
            foreach (var delivery in deliveries)
            {
                if (receiver.Open(delivery, _conversation) is { } batch)
                {
                    fingerprint = batch.Fingerprint;
                    isAnyHeld = await TakeAsync(batch, delivery.Body, isAnyHeld, commits, round);
                }
            }

            await Task.WhenAll(commits);
        }
        catch (Exception e) when (deliveries.Count == 1 && DeliveryFault.IsIn(e))
        {
            // Tried again beside the queue, and set aside in the end: what fails may be a fault of this program.
            Log.Failed(logger, _conversation, e);
            if (!await HoldAsync(fingerprint, deliveries[0].Body))
            {
                TellSetAside(await store.SetAsideAsync(_conversation, fingerprint, deliveries[0].Body), e);
            }
        }
    }

    /// <summary>Decides on what is held, as soon as somebody can; runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        var isNew = true;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (isNew)
                {
                    await store.RetrySetAsideAsync(_conversation);
                    isNew = false;
                }

                if (await ReleaseAsync(stopping))
                {
                    backoff.Reset();
                    await _held.WaitAsync(stopping);
                    continue;
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // The end; what is held waits for the next entry.
                return;
            }
            catch (Exception e)
            {
                Log.Failed(logger, _conversation, e);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // True if anything is held afterwards.
    private async Task<bool> TakeAsync(
        OpenedBatch batch, ReadOnlyMemory<byte> body, bool isAnyHeld, List<Task> commits, CancellationToken round)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        var isToldFull = false;
        while (true)
        {
            // With something held already the name server is away or slow, and a question to it would hold up everybody.
            if (!isAnyHeld || !(NeedsAsking(batch) || store.HoldsOf(_conversation, batch.Fingerprint)))
            {
                try
                {
                    if (await CanBeShownAsync(batch, round))
                    {
                        commits.Add(StoreAsync(batch));
                        return isAnyHeld;
                    }
                }
                catch (BatchRefusedException e)
                {
                    receiver.Refuse(_conversation, e.Message);
                    return isAnyHeld;
                }
            }

            if (await HoldAsync(batch.Fingerprint, body))
            {
                return true;
            }

            // Then the queue waits, with everybody in it: nothing is lost, and the queue has bounds of its own.
            if (!isToldFull)
            {
                TellFull();
                isToldFull = true;
            }

            await Task.Delay(backoff.Next(), time, round);
            isAnyHeld = store.HoldsAny(_conversation);
        }
    }

    private bool NeedsAsking(OpenedBatch batch) => receiver.IsOfStranger(batch) || generations.IsStrange(batch.Generation);

    // False while nobody can tell.
    private async Task<bool> CanBeShownAsync(OpenedBatch batch, CancellationToken stopping) =>
        await receiver.IsVouchedForAsync(batch, stopping)
        && (await generations.AcceptsAsync(batch.Generation, stopping) switch
        {
            false => throw new BatchRefusedException($"{batch.From} signed it for another group of this name"),
            var accepts => accepts is true,
        });

    // False if there is no room for it.
    private async Task<bool> HoldAsync(string fingerprint, ReadOnlyMemory<byte> body)
    {
        if (!await store.HoldAsync(
            _conversation, fingerprint, body, options.MaxHeldBytesPerKey, options.MaxHeldBytes, joined().Append(group)))
        {
            return false;
        }

        Log.Held(logger, _conversation, fingerprint);
        _held.Ring();
        return true;
    }

    private void TellFull()
    {
        Log.Full(logger, _conversation);
        events.Publish(new GroupEvent(
            group, "waiting", $"Too much of people never met here waits for the name server; until it is back, all of {group} waits."));
    }

    // True if nothing is held any more.
    private async Task<bool> ReleaseAsync(CancellationToken stopping)
    {
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var held in store.ListHeldBatches(_conversation).Where(held => !waiting.Contains(held.Fingerprint)))
        {
            if (!await ReleaseAsync(held, stopping))
            {
                waiting.Add(held.Fingerprint);
            }
        }

        return waiting.Count == 0;
    }

    // False if it is held as before, so that nothing of its sender may overtake it.
    private async Task<bool> ReleaseAsync(HeldBatch held, CancellationToken stopping)
    {
        try
        {
            if (store.ReadHeld(held) is not { } body)
            {
                return true;
            }

            var batch = SignedBatch.Open(body, _conversation);
            if (!await CanBeShownAsync(batch, stopping))
            {
                return false;
            }

            await StoreAsync(batch, held);
            return true;
        }
        catch (BatchRefusedException e)
        {
            await store.DropHeldAsync(held);
            receiver.Refuse(_conversation, e.Message);
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            Log.Failed(logger, _conversation, e);
            if (!DeliveryFault.IsIn(e) || await store.CountFailedTryAsync(held) is not { } forgotten)
            {
                return false;
            }

            TellSetAside(forgotten, e);
            return true;
        }
    }

    private void TellSetAside(int forgotten, Exception e)
    {
        Log.SetAside(logger, _conversation, forgotten, e);
        ChatTelemetry.CountRefused("delivery");
        events.Publish(new RefusedEvent(
            _conversation, $"A message in {_conversation} cannot be handled; it is set aside, and tried again when {group} is joined next."));
    }

    private async Task StoreAsync(OpenedBatch batch, HeldBatch? held = null)
    {
        var spans = BatchReceiver.StartSpans(batch, _conversation);
        try
        {
            await store.StoreReceivedAsync(
                _conversation,
                batch.From,
                batch.Fingerprint,
                batch.Messages,
                tellGaps: mode.IsKept,
                held: held?.Local,
                committed: fresh => Tell(batch, fresh));
        }
        finally
        {
            foreach (var span in spans)
            {
                span.Dispose();
            }
        }
    }

    // With the commit, in its order: whoever stored it may be gone by now, because the user left or the client stops, and
    // nobody else would tell it.
    private void Tell(OpenedBatch batch, IReadOnlyList<ChatMessage> fresh)
    {
        ChatTelemetry.CountReceived(_conversation, fresh.Count, batch.Messages.Count - fresh.Count);
        foreach (var message in fresh)
        {
            if (message.Missing > 0)
            {
                events.Publish(new GroupEvent(group, "gap", $"{message.Missing} messages of {batch.From} are missing before this point."));
            }

            events.Publish(new MessageEvent(message));
        }
    }
}
