using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using Grpc.Core;

namespace AspireChat.Client.Peers;

internal sealed partial class PeerLink
{
    // The longest time for each step of saying goodbye.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>Runs one connection from the greeting to its end.</summary>
    private async Task ConverseAsync(CancellationToken stopping)
    {
        using var connection = await dialer.DialAsync(user, stopping);
        using var abort = new CancellationTokenSource();
        using var call = await StartAsync(connection, abort, stopping);
        Volatile.Write(ref _connected, abort);
        try
        {
            if (!await call.ResponseStream.MoveNext(stopping))
            {
                return;
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            await OpenAsync(connection, stopping);
            return;
        }

        Touch();
        await requests.SetAsync(user, ChatState.Open);
        await NumberOnAsync(call.ResponseStream.Current);

        var progress = new Progress();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, abort.Token);
        var writing = WriteAsync(call.RequestStream, progress, end.Token, abort.Token);
        var reading = ReadAsync(call.ResponseStream, progress, abort.Token);
        var first = await Task.WhenAny(writing, reading);

        // The user was connected until now, however long ago the greeting was.
        Touch();
        if (stopping.IsCancellationRequested)
        {
            await SayGoodbyeAsync(call.RequestStream, writing, reading);
        }

        // Both loops end together. The exception of the first gives the reason; the abort causes that of the other.
        await abort.CancelAsync();
        await Task.WhenAll(writing, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    // An established call outlives the stop request, to say goodbye; one still starting is aborted.
    private static async Task<AsyncDuplexStreamingCall<DeliverFrame, Receipt>> StartAsync(
        PeerConnection connection, CancellationTokenSource abort, CancellationToken stopping)
    {
        using var tooEarly = stopping.Register(abort.Cancel);
        return await connection.DeliverAsync(abort.Token);
    }

    // Sends the rest of the outbox and reads its receipts if that is quick; otherwise the messages wait for the next start.
    private static async Task SayGoodbyeAsync(IClientStreamWriter<DeliverFrame> frames, Task writing, Task reading)
    {
        try
        {
            await writing.WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await frames.CompleteAsync();
            await reading.WaitAsync(LastWords);
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            // The other side is gone or slow; messages without a receipt are sent again.
        }
    }

    private async Task OpenAsync(PeerConnection connection, CancellationToken stopping)
    {
        await opening.AskAsync(user, connection, opening.Patience, stopping);
        _backoff.Reset();
        _bell.Ring();
    }

    // Messages that left before their commit may be unknown here after a kill, once per process.
    private async Task NumberOnAsync(Receipt first)
    {
        if (_isNumberedOn)
        {
            return;
        }

        var held = (long)Math.Min(first.HeldThrough, long.MaxValue);
        var id = Guid.TryParseExact(first.HeldId, "D", out var known) ? known : (Guid?)null;
        var lacking = await store.NumberOnFromAsync(_conversation, held, id, Departures.Window);
        _isNumberedOn = true;
        if (lacking > 0)
        {
            // In seqs that have moved up.
            _confirmed = null;
            Log.Lacking(logger, user, lacking);
            events.Publish(new ConnectionEvent(
                $"peer:{user}",
                "history-lacks",
                $"{user} has {lacking} of your last messages that this client had not stored when it was stopped; they are not shown here."));
        }
    }

    // Each frame takes all that is waiting when it can be sent, and a lone message never waits.
    private async Task WriteAsync(
        IClientStreamWriter<DeliverFrame> frames, Progress progress, CancellationToken end, CancellationToken abort)
    {
        try
        {
            while (true)
            {
                var batch = await NextAsync(progress, end);

                // The receipt may arrive before the write returns.
                progress.SentThrough = batch[^1].Seq;
                await frames.WriteAsync(new DeliverFrame { Batch = MessageListCodec.Pack(dialer.Self, _conversation, batch) }, abort);
            }
        }
        finally
        {
            _departures.Close();
        }
    }

    // First what the outbox has; then what is stored meanwhile, which needs no reading. If that is too much at a time, the outbox again.
    private async Task<IReadOnlyList<OutboxMessage>> NextAsync(Progress progress, CancellationToken end)
    {
        while (true)
        {
            if (!progress.IsCaughtUp)
            {
                // In this order: what was stored before is in the outbox then, and what comes after is among the departures.
                if (!_departures.IsOpen && _departures.TryOpen())
                {
                    await store.SettleAsync();
                }

                var waiting = store.ReadOutbox(_conversation, progress.SentThrough, MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
                if (waiting.Count > 0)
                {
                    _departures.Unbar();
                    return waiting;
                }

                progress.IsCaughtUp = _departures.IsOpen;
                if (!progress.IsCaughtUp)
                {
                    await _bell.WaitAsync(end);
                    continue;
                }
            }

            var leaving = _departures.Take(progress.SentThrough, MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
            if (leaving.Count > 0)
            {
                return leaving;
            }

            progress.IsCaughtUp = _departures.IsOpen;
            if (progress.IsCaughtUp)
            {
                await _bell.WaitAsync(end);
            }
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Receipt> receipts, Progress progress, CancellationToken end)
    {
        // The first receipt came before anything was sent: it reports what was read, but cannot report what was stored.
        await AdvanceReadAsync(receipts.Current, progress, hasUntold: false);
        while (await receipts.MoveNext(end))
        {
            var receipt = receipts.Current;

            // A receipt counts only for messages sent on this stream; beyond them it would be false.
            var stored = Math.Min(receipt.StoredThrough, (ulong)progress.SentThrough);
            var hasUntold = stored > progress.StoredThrough && progress.ReadThrough > progress.StoredThrough;
            if (stored > progress.StoredThrough)
            {
                progress.StoredThrough = stored;

                // Reset here and not at the greeting: a peer that greets but cannot store must not be called ten times a second.
                _backoff.Reset();
                await _turn.RunAsync(async () => TellDelivered(await store.MarkDeliveredAsync(_conversation, (long)stored)));
            }

            await AdvanceReadAsync(receipt, progress, hasUntold);
            if (receipt.Slowed)
            {
                _slowed.Say($"You send faster than {user}'s client accepts; messages still on their way arrive more slowly.");
            }
        }
    }

    // A message that was read before its receipt came becomes delivered, and then read, only now: it is untold.
    private async Task AdvanceReadAsync(Receipt receipt, Progress progress, bool hasUntold)
    {
        var read = Math.Min(receipt.ReadThrough, long.MaxValue);
        if (read > progress.ReadThrough || hasUntold)
        {
            progress.ReadThrough = Math.Max(progress.ReadThrough, read);
            await _turn.RunAsync(async () => TellRead(await store.MarkReadByOtherAsync(_conversation, (long)progress.ReadThrough)));
        }
    }

    /// <summary>How far one stream has come, in this client's seqs.</summary>
    private sealed class Progress
    {
        private long _sentThrough;

        public long SentThrough
        {
            get => Interlocked.Read(ref _sentThrough);
            set => Interlocked.Exchange(ref _sentThrough, value);
        }

        public ulong ReadThrough { get; set; }

        public ulong StoredThrough { get; set; }

        /// <summary>Whether all that was in the outbox was sent; the rest comes by the departures.</summary>
        public bool IsCaughtUp { get; set; }
    }
}
