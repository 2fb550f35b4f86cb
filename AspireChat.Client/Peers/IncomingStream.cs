using System.Diagnostics;
using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using Grpc.Core;
using ChatMessage = AspireChat.Client.Chat.ChatMessage;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Client.Peers;

/// <summary>
/// One stream on which a peer delivers messages: reads batches, stores them, and acknowledges each after its commit. It
/// reads further batches during a commit, so that those that arrive meanwhile share the next one.
/// </summary>
internal sealed class IncomingStream(
    PeerCaller caller,
    string self,
    IAsyncStreamReader<DeliverFrame> frames,
    IServerStreamWriter<Receipt> receipts,
    MessageStore store,
    LiveEvents events,
    DeliveryQuota quota,
    TimeSpan idleTimeout,
    CancellationToken stopping) : IDisposable
{
    // How many batches may be read but not acknowledged. A full window stops the reading, and HTTP/2 then slows the sender.
    private const int Window = 16;

    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Receipt> _receipts = Channel.CreateUnbounded<Receipt>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Conversation _conversation = Conversation.With(caller.User);

    // How many batches were stored without a fault before them.
    private long _stored;

    /// <summary>The sender.</summary>
    public PeerCaller Caller { get; } = caller;

    /// <summary>Reads until the sender finishes or stays silent for too long, or this side ends the stream.</summary>
    /// <param name="readThrough">How far this user has read; the first receipt carries it.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT: a batch broke a rule.</exception>
    public async Task RunAsync(long readThrough)
    {
        var held = store.LastHeld(_conversation, Caller.Fingerprint);
        Tell(new Receipt { ReadThrough = (ulong)readThrough, HeldThrough = (ulong)held.Seq, HeldId = held.Id?.ToString() ?? "" });

        var stored = Channel.CreateBounded<Batch>(Window);
        var settling = SettleAsync(stored.Reader);
        var telling = WriteReceiptsAsync();
        try
        {
            await ReadAsync(stored.Writer);
        }
        catch (OperationCanceledException)
        {
            // This side ended the stream, or it was idle, or the sender is gone.
        }
        catch (IOException)
        {
            // The connection broke; the sender will reconnect.
        }
        catch (BatchRefusedException e)
        {
            ChatTelemetry.CountRefused("batch");
            throw new RpcException(new Status(StatusCode.InvalidArgument, e.Message));
        }
        finally
        {
            stored.Writer.TryComplete();
            await settling;
            _receipts.Writer.TryComplete();
            await telling;
        }
    }

    /// <summary>Sends a receipt if the stream is still open; otherwise the sender's next stream starts with it.</summary>
    public void Tell(Receipt receipt) => _receipts.Writer.TryWrite(receipt);

    /// <summary>Ends the stream from this side and waits until everything it has read is stored.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The stream has already ended.
        }

        await _ended.Task;
    }

    /// <summary>Marks the stream as ended.</summary>
    public void Dispose()
    {
        _ended.TrySetResult();
        _end.Dispose();
    }

    private async Task ReadAsync(ChannelWriter<Batch> stored)
    {
        for (var number = 0L; await MoveNextAsync(); number++)
        {
            var sent = Conversation.With(self); // The conversation as the sender sees it.
            var messages = MessageListCodec.Unpack(frames.Current.Batch, Caller.User, sent);
            await quota.WaitAsync(Caller, messages, told: () => Tell(new Receipt { Slowed = true }), _end.Token);
            var spans = messages
                .Select(message => ChatTelemetry.StartReceive(sent, Caller.User, message.Trace, message.Id))
                .OfType<Activity>()
                .ToArray();

            // Told with the commit: letters of the same sender may be stored at the same time, and nobody need be woken for the receipt.
            var place = number;
            var commit = store.StoreReceivedAsync(
                _conversation, Caller.User, Caller.Fingerprint, messages, committed: fresh => Tell(messages, fresh, place));
            await stored.WriteAsync(new Batch(commit, spans));
        }
    }

    private async Task<bool> MoveNextAsync()
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        idle.CancelAfter(idleTimeout);
        try
        {
            return await frames.MoveNext(idle.Token);
        }
        catch (InvalidOperationException e)
        {
            // The library throws this if the connection broke before the call for the next frame.
            throw new IOException("The connection broke.", e);
        }
    }

    private async Task SettleAsync(ChannelReader<Batch> stored)
    {
        await foreach (var batch in stored.ReadAllAsync())
        {
            try
            {
                await batch.Commit;
            }
            catch (Exception e)
            {
                // This batch is not stored, so neither it nor any later one may be acknowledged: the sender retries from here.
                foreach (var span in batch.Spans)
                {
                    ChatTelemetry.Fail(span, e);
                    span.Dispose();
                }

                await _end.CancelAsync();
                continue;
            }

            foreach (var span in batch.Spans)
            {
                span.Dispose();
            }
        }
    }

    // On the writer's thread of the history, in the order of the batches.
    private void Tell(IReadOnlyList<ReceivedMessage> received, IReadOnlyList<ChatMessage> fresh, long place)
    {
        if (place == _stored)
        {
            // No batch after one that could not be stored is acknowledged.
            _stored++;
            Tell(new Receipt { StoredThrough = (ulong)received[^1].Seq });
        }

        ChatTelemetry.CountReceived(_conversation, fresh.Count, received.Count - fresh.Count);
        foreach (var message in fresh)
        {
            events.Publish(new MessageEvent(message));
        }
    }

    private async Task WriteReceiptsAsync()
    {
        try
        {
            await foreach (var first in _receipts.Reader.ReadAllAsync())
            {
                // Progress only grows, so all waiting receipts merge into one.
                while (_receipts.Reader.TryRead(out var next))
                {
                    first.StoredThrough = Math.Max(first.StoredThrough, next.StoredThrough);
                    first.ReadThrough = Math.Max(first.ReadThrough, next.ReadThrough);
                    first.Slowed |= next.Slowed;
                    if (next.HeldThrough > 0)
                    {
                        // Only one receipt has it, and another may have come before that one.
                        first.HeldThrough = next.HeldThrough;
                        first.HeldId = next.HeldId;
                    }
                }

                await receipts.WriteAsync(first);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or OperationCanceledException or RpcException)
        {
            // The stream is gone. Stored messages stay stored, and the sender sends the others again on its next stream.
        }
    }

    private readonly record struct Batch(Task Commit, Activity[] Spans);
}
