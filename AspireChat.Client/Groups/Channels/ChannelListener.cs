using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using AspireChat.Client.Redis;

namespace AspireChat.Client.Groups.Channels;

/// <summary>
/// Listens to a group's channel of Redis. What comes faster than it can be stored waits in memory, up to a bound; Redis itself cuts off
/// listeners that do not read at all (<c>client-output-buffer-limit pubsub</c>).
/// </summary>
internal sealed partial class ChannelListener(
    string group,
    string channel,
    RedisConnection redis,
    GroupInbox inbox,
    LiveEvents events,
    BrokerOptions options,
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
    private readonly DeliveryTries _tries = new(inbox.HandleAsync, options, time, logger);
    private long _bytes;
    private int _dropped;

    /// <summary>Completes once the channel is listened to.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Listens until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await using var subscription = await SubscribeAsync(stopping);
            _listening.TrySetResult();
            await HandleAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The member leaves.
        }
    }

    private async Task<IAsyncDisposable> SubscribeAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        while (true)
        {
            try
            {
                return await redis.SubscribeAsync(channel, Receive, stopping);
            }
            catch (ChatException)
            {
                // Redis is away: the state of its connection shows it.
                await Task.Delay(backoff.Next(), time, stopping);
            }
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

        _waiting.Writer.TryWrite(Delivery.OfBatch(body, options.MaxBodyBytes));
    }

    private async Task HandleAsync(CancellationToken stopping)
    {
        while (await _waiting.Reader.WaitToReadAsync(stopping))
        {
            var deliveries = new List<Delivery>();
            while (deliveries.Count < AtOnce && _waiting.Reader.TryRead(out var delivery))
            {
                deliveries.Add(delivery);
            }

            await _tries.HandleAsync(deliveries, () => true, stopping);
            Interlocked.Add(ref _bytes, -deliveries.Sum(delivery => (long)delivery.Size + Overhead));
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                Log.Dropped(logger, group, dropped);
                events.Publish(new GroupEvent(
                    group, "overrun", $"{dropped} batches of {group} came faster than they could be stored here, and are lost."));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} batches of the group {Group} came faster than they could be stored, and are lost", EventName = "ChannelOverrun")]
        public static partial void Dropped(ILogger logger, string group, int count);
    }
}
