using System.Threading.Channels;
using AspireChat.Client.Faults;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Consumes one queue until it is cancelled: declares what it needs, consumes, and starts over after every fault. It handles
/// waiting deliveries in order and together, then acknowledges them together; the broker redelivers what was not
/// acknowledged. If handling fails because something is away or full, it retries for as long as the channel is open; a
/// delivery that can never be handled is dropped and counted.
/// </summary>
/// <remarks>
/// The library treats some deliveries as a protocol violation by the broker and ends the connection; a queue that survives
/// the connection redelivers them, up to its delivery limit. To keep such a delivery from taking along the others that were
/// fetched with it, the queue is consumed one delivery at a time for a while after every break.
/// </remarks>
/// <param name="broker">The connection.</param>
/// <param name="what">The purpose of the queue, as the log and the user read it: <c>insults</c>, <c>group tea</c>.</param>
/// <param name="declare">Declares the queue and its bindings (idempotent) and returns the queue's name.</param>
/// <param name="handle">
/// Handles deliveries, which are acknowledged when it returns. May get the same deliveries again. Its token is cancelled when
/// the consumer or its channel ends: the deliveries can no longer be acknowledged, and waiting would only delay the next round.
/// </param>
/// <param name="prefetch">How many deliveries may be unacknowledged.</param>
/// <param name="outlivesConnection">Whether the queue and its contents survive a lost connection.</param>
/// <param name="options">Limits and waits.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs faults.</param>
/// <param name="arguments">Makes the arguments of each consumption; none if null.</param>
internal sealed partial class BrokerConsumer(
    BrokerConnection broker,
    string what,
    Func<IChannel, CancellationToken, Task<string>> declare,
    Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle,
    ushort prefetch,
    bool outlivesConnection,
    BrokerOptions options,
    TimeProvider time,
    ILogger logger,
    Func<IDictionary<string, object?>>? arguments = null)
{
    private const ushort OneByOne = 1;

    private readonly DeliveryTries _tries = new(handle, options.MaxBackoff, time, logger);
    private Action? _endRound;
    private volatile bool _isConsuming;

    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the queue has been consumed for the first time: from then on no message is missed.</summary>
    public Task Consuming => _consuming.Task;

    /// <summary>Whether the broker delivers what there is, as far as is known.</summary>
    public bool IsConsuming => _isConsuming;

    /// <summary>Ends this consumption of the queue; the next one begins with new arguments.</summary>
    public void StartOver() => Volatile.Read(ref _endRound)?.Invoke();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await ConsumeAsync(stopping);
        }
        finally
        {
            broker.Faults.Forget(this, what);
        }
    }

    private async Task ConsumeAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        var atOnce = prefetch;
        while (!stopping.IsCancellationRequested)
        {
            var isBroken = true;
            try
            {
                await broker.UseChannelAsync(
                    async channel => isBroken = !await ConsumeAsync(channel, atOnce, backoff, stopping), stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Broken(logger, e);
                if (BrokerRefusal.Of(e) is { } refusal)
                {
                    broker.Faults.Refused(this, what, refusal);
                }
            }

            atOnce = isBroken && outlivesConnection ? OneByOne : prefetch;
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

    // What is handled by the end is acknowledged; the rest returns to the queue with the channel. Returns false after a break;
    // true if it consumed one by one for long enough: as many deliveries as a full prefetch.
    private async Task<bool> ConsumeAsync(IChannel channel, ushort atOnce, Backoff backoff, CancellationToken stopping)
    {
        var queue = await broker.Declarations.RunAsync(what, () => declare(channel, stopping));
        await channel.BasicQosAsync(prefetchSize: 0, atOnce, global: false, stopping);

        var waiting = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });

        // Not disposed: the library may report the end after this round is over.
        var ended = new CancellationTokenSource();
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping, ended.Token);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivered) =>
        {
            // The library reuses the body's memory after this handler. The prefetch bounds the number of waiting deliveries.
            var body = delivered.Body.Length <= options.MaxBodyBytes ? delivered.Body.ToArray() : [];
            waiting.Writer.TryWrite(new Delivery(
                delivered.DeliveryTag,
                body,
                new BasicProperties(delivered.BasicProperties),
                delivered.Body.Length,
                delivered.Redelivered));
            return Task.CompletedTask;
        };

        // The broker cancels the consumer when the queue is deleted; that ends this round like a lost channel.
        consumer.UnregisteredAsync += (_, _) => EndAsync(waiting, ended);
        consumer.ShutdownAsync += (_, _) => EndAsync(waiting, ended);
        channel.ChannelShutdownAsync += (_, _) => EndAsync(waiting, ended);

        Volatile.Write(ref _endRound, () => _ = EndAsync(waiting, ended));
        await channel.BasicConsumeAsync(
            queue, autoAck: false, consumerTag: "", noLocal: false, exclusive: false, arguments?.Invoke(), consumer, stopping);
        backoff.Reset();
        broker.Faults.Works(this, what);
        _isConsuming = !ended.IsCancellationRequested;
        _consuming.TrySetResult();
        try
        {
            // Handles what has arrived even if the round is over: a queue that ended with the connection does not redeliver it.
            var handled = 0;
            while (await waiting.Reader.WaitToReadAsync(stopping))
            {
                handled += await HandleWaitingAsync(channel, waiting.Reader, round.Token);
                if (atOnce < prefetch && handled >= prefetch)
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            // The channel ended. This must not look like a broker that does not answer, which would end the whole connection.
        }
        finally
        {
            _isConsuming = false;
        }

        return false;
    }

    private async Task<int> HandleWaitingAsync(IChannel channel, ChannelReader<Delivery> waiting, CancellationToken round)
    {
        var deliveries = new List<Delivery>();
        while (deliveries.Count < prefetch && waiting.TryRead(out var delivery))
        {
            deliveries.Add(delivery);
        }

        await _tries.HandleAsync(deliveries, () => channel.IsOpen, round);
        if (channel.IsOpen)
        {
            await channel.BasicAckAsync(deliveries[^1].Tag, multiple: true, CancellationToken.None);
        }

        return deliveries.Count;
    }

    private static Task EndAsync(Channel<Delivery> waiting, CancellationTokenSource ended)
    {
        waiting.Writer.TryComplete();
        return ended.CancelAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A consumer broke; starting over", EventName = "ConsumerBroken")]
        public static partial void Broken(ILogger logger, Exception exception);
    }
}
