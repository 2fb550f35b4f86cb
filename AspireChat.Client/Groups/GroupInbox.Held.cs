using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Groups;

/// <summary>Batches that cannot be shown yet, and those that never will be.</summary>
internal sealed partial class GroupInbox
{
    private readonly Bell _held = new();
    private int _unvouched;

    /// <summary>Verifies held batches as soon as the name server can; runs until cancelled.</summary>
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
                // Held batches wait for the next join.
                return;
            }
            catch (Exception e)
            {
                Log.Failed(logger, _conversation, e);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Returns false if there is no room for the batch.
    private async Task<bool> HoldAsync(string fingerprint, ReadOnlyMemory<byte> body, LogStep? step)
    {
        if (!await store.HoldAsync(
            _conversation, fingerprint, body, options.MaxHeldBytesPerKey, options.MaxHeldBytes, joined().Append(group), step))
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
            group, "waiting", $"Too many messages from unknown senders wait for the name server; until it is back, all of {group} waits."));
    }

    // Returns whether no batch is held any longer.
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

    // Returns false if the batch is still held, so that no later batch of its sender may overtake it.
    private async Task<bool> ReleaseAsync(HeldBatch held, CancellationToken stopping)
    {
        var count = 0;
        try
        {
            if (store.ReadHeld(held) is not { } body)
            {
                return true;
            }

            var batch = SignedBatch.Open(body, _conversation);
            count = batch.Messages.Count;
            if (!await CanBeShownAsync(batch, stopping))
            {
                return false;
            }

            await StoreAsync(batch, held);
            return true;
        }
        catch (BatchUnvouchedException) when (mode.HasLog)
        {
            await CountUnvouchedAsync(count, step: null, held.Local);
            TellUnvouched();
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
            _conversation, $"A message in {_conversation} cannot be handled; it is set aside, and retried when you next join {group}."));
    }

    // A log may hold messages of users who left long ago. They are shown under no name, and hold up nobody.
    private async Task CountUnvouchedAsync(int messages, LogStep? step, long? held = null)
    {
        if (await store.CountUnvouchedAsync(group, messages, step, held))
        {
            ChatTelemetry.CountRefused("unvouched");
            Interlocked.Add(ref _unvouched, messages);
        }
    }

    // Once for all that came together.
    private void TellUnvouched()
    {
        if (Interlocked.Exchange(ref _unvouched, 0) is > 0 and var count)
        {
            events.Publish(new GroupEvent(
                group, "unvouched", $"{count} messages of {group} are not shown: nobody can vouch for their senders any more."));
        }
    }
}
