using System.Threading.Channels;
using AspireChat.Client.Faults;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AspireChat.Client.Messaging;

/// <summary>One message of a queue.</summary>
/// <param name="Tag">The delivery tag, by which it is acknowledged on its channel.</param>
/// <param name="Body">A copy of the body; empty if it was too large to look at.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Size">The body's size in bytes.</param>
internal sealed record Delivery(ulong Tag, ReadOnlyMemory<byte> Body, IReadOnlyBasicProperties Properties, int Size);

/// <summary>
/// Consumes one queue for as long as it is wanted: declares what it needs, consumes, and starts over after every
/// fault. Deliveries are handled in order, as many at a time as are waiting, and acknowledged together afterwards;
/// what was not acknowledged comes again. If handling fails, it is tried again for as long as the channel stands.
/// </summary>
/// <param name="broker">The connection.</param>
/// <param name="declare">Declares the queue and its bindings (idempotent) and returns the queue's name.</param>
/// <param name="handle">Handles deliveries; they are acknowledged when it returns. May get the same ones again.</param>
/// <param name="prefetch">How many deliveries may be unacknowledged.</param>
/// <param name="options">Limits and waits.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where faults go.</param>
internal sealed partial class BrokerConsumer(
    BrokerConnection broker,
    Func<IChannel, CancellationToken, Task<string>> declare,
    Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle,
    ushort prefetch,
    BrokerOptions options,
    TimeProvider time,
    ILogger logger)
{
    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete once the queue has been consumed for the first time: from then on nothing is missed.</summary>
    public Task Consuming => _consuming.Task;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await broker.UseChannelAsync((_, channel) => ConsumeAsync(channel, backoff, stopping), stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBroken(e);
            }

            try
            {
                await Task.Delay(backoff.Next(), time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // At the end what is handled is acknowledged; the rest goes back to the queue with the channel.
    private async Task ConsumeAsync(IChannel channel, Backoff backoff, CancellationToken stopping)
    {
        var queue = await declare(channel, stopping);
        await channel.BasicQosAsync(prefetchSize: 0, prefetch, global: false, stopping);

        var waiting = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivered) =>
        {
            // The body's memory is the library's again after this handler. The prefetch bounds what waits here.
            var body = delivered.Body.Length <= options.MaxBodyBytes ? delivered.Body.ToArray() : [];
            waiting.Writer.TryWrite(new Delivery(
                delivered.DeliveryTag, body, new BasicProperties(delivered.BasicProperties), delivered.Body.Length));
            return Task.CompletedTask;
        };

        // The broker cancels the consumer when the queue is deleted; both ends are an end of this round.
        consumer.UnregisteredAsync += (_, _) => End(waiting);
        consumer.ShutdownAsync += (_, _) => End(waiting);
        channel.ChannelShutdownAsync += (_, _) => End(waiting);

        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stopping);
        backoff.Reset();
        _consuming.TrySetResult();
        while (await waiting.Reader.WaitToReadAsync(stopping))
        {
            await HandleWaitingAsync(channel, waiting.Reader, stopping);
        }
    }

    private async Task HandleWaitingAsync(IChannel channel, ChannelReader<Delivery> waiting, CancellationToken stopping)
    {
        var deliveries = new List<Delivery>();
        while (deliveries.Count < prefetch && waiting.TryRead(out var delivery))
        {
            deliveries.Add(delivery);
        }

        await HandleAsync(channel, deliveries, stopping);
        await channel.BasicAckAsync(deliveries[^1].Tag, multiple: true, CancellationToken.None);
    }

    // A fault on this side, such as a full disk, is no reason to give deliveries back: each return counts towards the
    // queue's delivery limit, at which the broker drops them.
    private async Task HandleAsync(IChannel channel, List<Delivery> deliveries, CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        while (true)
        {
            try
            {
                await handle(deliveries, stopping);
                return;
            }
            catch (Exception e) when (channel.IsOpen && !stopping.IsCancellationRequested)
            {
                LogNotHandled(deliveries.Count, e.Message);
                await Task.Delay(backoff.Next(), time, stopping);
            }
        }
    }

    private static Task End(Channel<Delivery> waiting)
    {
        waiting.Writer.TryComplete();
        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Debug, "A consumer broke; starting over", EventName = "ConsumerBroken")]
    private partial void LogBroken(Exception e);

    [LoggerMessage(2, LogLevel.Warning, "{Count} deliveries could not be handled ({Reason}); trying again", EventName = "NotHandled")]
    private partial void LogNotHandled(int count, string reason);
}
