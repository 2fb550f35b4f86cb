using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Groups;

/// <summary>
/// Receives the messages of one group. It stores and shows each batch as it arrives. A batch that only the name server can
/// verify is held while that server is away or has just lost its data, without delaying other senders.
/// </summary>
/// <remarks>
/// A held batch is on disk, so it is acknowledged like a stored one; like the queue, it is deleted with the subscription.
/// The sender's later batches are held behind it, which keeps each sender's order. What a group does not keep for members who
/// are away is not worth a flush here either: a loss of power may take the last messages of such a group.
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

    /// <summary>Stores or holds deliveries; returns after the commit, when they may be acknowledged.</summary>
    /// <param name="deliveries">The deliveries.</param>
    /// <param name="round">Cancelled when the user leaves or the channel closes: deliveries without room by then come again
    /// if the queue still exists.</param>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken round)
    {
        var fingerprint = "";
        try
        {
            // The store shares one commit among all these deliveries.
            var commits = new List<Task>(deliveries.Count);
            var isAnyHeld = store.HoldsAny(_conversation);
            LogStep? over = null;
            foreach (var delivery in deliveries)
            {
                // What is not stored is stepped over together with what comes next.
                var step = over is { } skipped && delivery.Step is { } next && skipped.Generation == next.Generation
                    ? next with { From = skipped.From }
                    : delivery.Step;
                over = step;
                if (receiver.Open(delivery, _conversation) is { } batch)
                {
                    fingerprint = batch.Fingerprint;
                    (isAnyHeld, over) = await TakeAsync(batch, delivery.Body, step, isAnyHeld, commits, round);
                }
            }

            if (over is { } rest)
            {
                commits.Add(store.StepAsync(rest));
            }

            await Task.WhenAll(commits);
            TellUnvouched();
        }
        catch (Exception e) when (deliveries.Count == 1 && DeliveryFault.IsIn(e))
        {
            // The batch leaves the queue, is retried from the store and finally set aside: the fault may be this program's.
            Log.Failed(logger, _conversation, e);
            if (!await HoldAsync(fingerprint, deliveries[0].Body, deliveries[0].Step))
            {
                TellSetAside(await store.SetAsideAsync(_conversation, fingerprint, deliveries[0].Body, deliveries[0].Step), e);
            }
        }
    }

    // Returns whether any batch is held afterwards, and the step if it was not taken with the batch.
    private async Task<(bool IsAnyHeld, LogStep? Over)> TakeAsync(
        OpenedBatch batch, ReadOnlyMemory<byte> body, LogStep? step, bool isAnyHeld, List<Task> commits, CancellationToken round)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        var isToldFull = false;
        while (true)
        {
            // If a batch is held, the name server is away or slow, and a question to it would delay every sender.
            if (!isAnyHeld || !(NeedsAsking(batch) || store.HoldsOf(_conversation, batch.Fingerprint)))
            {
                try
                {
                    if (await CanBeShownAsync(batch, round))
                    {
                        commits.Add(StoreAsync(batch, step: step));
                        return (isAnyHeld, null);
                    }
                }
                catch (BatchUnvouchedException) when (mode.HasLog)
                {
                    commits.Add(CountUnvouchedAsync(batch.Messages.Count, step));
                    return (isAnyHeld, null);
                }
                catch (BatchRefusedException e)
                {
                    receiver.Refuse(_conversation, e.Message);
                    return (isAnyHeld, step);
                }
                catch (OperationCanceledException) when (round.IsCancellationRequested)
                {
                    // The round ended before the name server answered, and a transient queue delivers nothing twice.
                }
            }

            if (await HoldAsync(batch.Fingerprint, body, step))
            {
                return (true, null);
            }

            // Without room the whole queue waits: nothing is lost, and the queue has its own limits.
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

    // Returns false while the batch cannot be verified.
    private async Task<bool> CanBeShownAsync(OpenedBatch batch, CancellationToken stopping) =>
        await receiver.IsVouchedForAsync(batch, stopping)
        && (await generations.AcceptsAsync(batch.Generation, stopping) switch
        {
            false => throw new BatchRefusedException($"{batch.From} signed it for another group of this name"),
            var accepts => accepts is true,
        });

    private async Task StoreAsync(OpenedBatch batch, HeldBatch? held = null, LogStep? step = null)
    {
        var spans = BatchReceiver.StartSpans(batch, _conversation, ChatTelemetry.SystemOf(mode));
        try
        {
            await store.StoreReceivedAsync(
                _conversation,
                batch.From,
                batch.Fingerprint,
                batch.Messages,
                tellGaps: mode.IsKept,
                held: held?.Local,
                step: step,
                committed: fresh => Tell(batch, fresh),
                flushes: mode.IsKept);
        }
        finally
        {
            foreach (var span in spans)
            {
                span.Dispose();
            }
        }
    }

    // Runs with the commit, in its order: the task that stored the messages may have ended because the user left or the
    // client stops, and nothing else would publish them.
    private void Tell(OpenedBatch batch, IReadOnlyList<ChatMessage> fresh)
    {
        ChatTelemetry.CountReceived(_conversation, fresh.Count, batch.Messages.Count - fresh.Count);
        foreach (var message in fresh)
        {
            if (message.Missing > 0)
            {
                events.Publish(new GroupEvent(group, "gap", $"{message.Missing} messages from {batch.From} are missing at this point."));
            }

            events.Publish(new MessageEvent(message));
        }
    }
}
