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

    // The outbox is the queue: each frame takes all that is waiting when it can be sent, and a lone message never waits.
    private async Task WriteAsync(
        IClientStreamWriter<DeliverFrame> frames, Progress progress, CancellationToken end, CancellationToken abort)
    {
        while (true)
        {
            var batch = store.ReadOutbox(_conversation, progress.SentThrough, MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
            if (batch.Count == 0)
            {
                await _bell.WaitAsync(end);
                continue;
            }

            // The receipt may arrive before the write returns.
            progress.SentThrough = batch[^1].Seq;
            await frames.WriteAsync(new DeliverFrame { Batch = MessageListCodec.Pack(dialer.Self, _conversation, batch) }, abort);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Receipt> receipts, Progress progress, CancellationToken end)
    {
        // The first receipt came before anything was sent: it reports what was read, but cannot report what was stored.
        await AdvanceReadAsync(receipts.Current, progress);
        while (await receipts.MoveNext(end))
        {
            var receipt = receipts.Current;

            // A receipt counts only for messages sent on this stream; beyond them it would be false.
            var stored = Math.Min(receipt.StoredThrough, (ulong)progress.SentThrough);
            if (stored > 0)
            {
                // Reset here and not at the greeting: a peer that greets but cannot store must not be called ten times a second.
                _backoff.Reset();
                await _turn.RunAsync(async () => TellDelivered(await store.MarkDeliveredAsync(_conversation, (long)stored)));
            }

            await AdvanceReadAsync(receipt, progress);
            if (receipt.Slowed)
            {
                _slowed.Say($"You send faster than {user}'s client accepts; messages still on their way arrive more slowly.");
            }
        }
    }

    // Runs with every receipt, since a message that was read before its receipt came becomes delivered, and then read, only now.
    private async Task AdvanceReadAsync(Receipt receipt, Progress progress)
    {
        progress.ReadThrough = Math.Max(progress.ReadThrough, Math.Min(receipt.ReadThrough, long.MaxValue));
        if (progress.ReadThrough > 0)
        {
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
    }
}
