using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using AspireChat.Client.Redis;
using StackExchange.Redis;

namespace AspireChat.Client.Groups.Channels;

/// <summary>
/// Listens to a group's channel of Redis. What comes faster than it can be stored waits in memory, up to a bound; Redis itself cuts off
/// listeners that do not read at all (<c>client-output-buffer-limit pubsub</c>).
/// </summary>
internal sealed partial class ChannelListener(
    string group,
    string channel,
    RedisSideConnections connections,
    GroupInbox inbox,
    LiveEvents events,
    TimeProvider time,
    ILogger logger)
{
    private const long MaxWaitingBytes = 32 * 1024 * 1024;

    // What a batch counts in addition to its body, so that the bound in bytes bounds the number of batches, too.
    private const int Overhead = 1024;

    // Those that are handled together share a commit.
    private const int AtOnce = 100;

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Delivery> _waiting = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DeliveryTries _tries = new(inbox.HandleAsync, RedisOutbox.MaxBackoff, time, logger);
    private long _bytes;
    private int _dropped;

    /// <summary>Completes once the channel is listened to.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Listens until cancelled.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(ListenAsync(stopping), HandleAsync(stopping));

    private async Task ListenAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), RedisOutbox.MaxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            ConnectionMultiplexer? connection = null;
            try
            {
                connection = await connections.OpenForSubscribingAsync(stopping);
                await ListenAsync(connection, stopping);
                backoff.Reset();
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // The member leaves.
            }
            catch (Exception e)
            {
                Log.Broken(logger, group, e);
            }

            if (connection is not null)
            {
                await RedisSideConnections.CloseAsync(connection);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Returns when the connection is lost.
    private async Task ListenAsync(ConnectionMultiplexer connection, CancellationToken stopping)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionFailed += (_, _) => lost.TrySetResult();
        var queue = await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal(channel)).WaitAsync(stopping);
        queue.OnMessage(message => Receive((ReadOnlyMemory<byte>)message.Message));
        _listening.TrySetResult();
        if (connection.IsConnected)
        {
            await lost.Task.WaitAsync(stopping);
        }
    }

    private void Receive(ReadOnlyMemory<byte> body)
    {
        if (Interlocked.Add(ref _bytes, body.Length + Overhead) > MaxWaitingBytes)
        {
            Interlocked.Add(ref _bytes, -(body.Length + Overhead));
            Interlocked.Increment(ref _dropped);
            return;
        }

        _waiting.Writer.TryWrite(Delivery.OfBatch(body));
    }

    private async Task HandleAsync(CancellationToken stopping)
    {
        while (await CanReadAsync(stopping))
        {
            var deliveries = new List<Delivery>();
            while (deliveries.Count < AtOnce && _waiting.Reader.TryRead(out var delivery))
            {
                deliveries.Add(delivery);
            }

            await _tries.HandleAsync(deliveries, () => true, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Add(ref _bytes, -deliveries.Sum(delivery => (long)delivery.Size + Overhead));
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                Log.Dropped(logger, group, dropped);
                events.Publish(new GroupEvent(
                    group, "overrun", $"{dropped} batches of {group} came faster than they could be stored here, and are lost."));
            }
        }
    }

    private async Task<bool> CanReadAsync(CancellationToken stopping)
    {
        try
        {
            return await _waiting.Reader.WaitToReadAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            // The member leaves.
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Listening to the channel of the group {Group} broke; trying again", EventName = "ChannelBroken")]
        public static partial void Broken(ILogger logger, string group, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Count} batches of the group {Group} came faster than they could be stored, and are lost", EventName = "ChannelOverrun")]
        public static partial void Dropped(ILogger logger, string group, int count);
    }
}
