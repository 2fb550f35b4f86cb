using AspireChat.Client.Conversations;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Protos.V1;
using Grpc.Core;

namespace AspireChat.Client.Peers;

internal sealed partial class PeerLink
{
    /// <summary>One connection, from the greeting to its end.</summary>
    private async Task ConverseAsync(CancellationToken stopping)
    {
        using var connection = await dialer.DialAsync(user, stopping);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var call = await connection.DeliverAsync(end.Token);
        try
        {
            if (!await call.ResponseStream.MoveNext(end.Token))
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
        _backoff.Reset();
        await requests.SetAsync(user, ChatState.Open);

        var progress = new Progress();
        var writing = WriteAsync(call.RequestStream, progress, end.Token);
        var reading = ReadAsync(call.ResponseStream, progress, end.Token);
        await Task.WhenAny(writing, reading);
        await FinishAsync(call.RequestStream, writing, reading, end);
    }

    private async Task OpenAsync(PeerConnection connection, CancellationToken stopping)
    {
        if (!await connection.OpenChatAsync(chat.Value.OpenTimeout, stopping))
        {
            await requests.SetAsync(user, ChatState.Declined);
            throw new ChatException(ChatFault.Declined, $"{user} declined the chat.");
        }

        _backoff.Reset();
        _bell.Ring();
    }

    // The outbox is the queue: what is waiting there when a frame can leave goes into it, and a lone message never waits.
    private async Task WriteAsync(IClientStreamWriter<DeliverFrame> frames, Progress progress, CancellationToken end)
    {
        while (true)
        {
            var batch = store.ReadOutbox(_conversation, progress.SentThrough, MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
            if (batch.Count == 0)
            {
                await _bell.WaitAsync(end);
                continue;
            }

            // Before the write returns the receipt may be here.
            progress.SentThrough = batch[^1].Seq;
            await frames.WriteAsync(new DeliverFrame { Batch = MessageListCodec.Pack(dialer.Self, _conversation, batch) }, end);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Receipt> receipts, Progress progress, CancellationToken end)
    {
        do
        {
            var receipt = receipts.Current;

            // A receipt for what was not sent on this stream would be a lie; it counts for what was.
            var stored = Math.Min(receipt.StoredThrough, (ulong)progress.SentThrough);
            if (stored > 0)
            {
                foreach (var message in await store.MarkDeliveredAsync(_conversation, (long)stored))
                {
                    ChatTelemetry.RecordReceipt(_conversation, message.Id, message.Trace, message.SentAt);
                    Publish(message.Id, MessageState.Delivered);
                }
            }

            progress.ReadThrough = Math.Max(progress.ReadThrough, Math.Min(receipt.ReadThrough, long.MaxValue));
            if (progress.ReadThrough > 0)
            {
                foreach (var message in await store.MarkReadByOtherAsync(_conversation, (long)progress.ReadThrough))
                {
                    Publish(message.Id, MessageState.Read);
                }
            }
        }
        while (await receipts.MoveNext(end));
    }

    // Both loops end together. What one of them threw says why; what the cancellation made the other throw does not.
    private static async Task FinishAsync(
        IClientStreamWriter<DeliverFrame> frames, Task writing, Task reading, CancellationTokenSource end)
    {
        var first = writing.IsCompleted ? writing : reading;
        if (end.IsCancellationRequested)
        {
            // Stopping: say goodbye, and take the receipts of what was sent.
            await frames.CompleteAsync();
        }

        await end.CancelAsync();
        try
        {
            await Task.WhenAll(writing, reading);
        }
        catch (Exception) when (!first.IsFaulted)
        {
            // The second one's cancellation.
        }

        await first;
    }

    private void Publish(Guid id, MessageState state) =>
        events.Publish(new StateEvent(id, dialer.Self, _conversation, state, Reason: null));

    /// <summary>How far one stream has come, in own seqs.</summary>
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
