using System.Threading.Channels;
using AspireChat.Client.Faults;
using AspireChat.Client.Telemetry;
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
/// what was not acknowledged comes again. If handling fails because something is away or full, it is tried again for as
/// long as the channel stands; a delivery that cannot be handled itself is dropped and counted.
/// </summary>
/// <remarks>
/// There are deliveries that the library takes for an offence of the broker: it ends the connection, and a queue that
/// outlives that gives them again, up to its delivery limit. So that they do not take along what was fetched with them, such
/// a queue is consumed one by one for a while after every break.
/// </remarks>
/// <param name="broker">The connection.</param>
/// <param name="what">What it works for, as the log and the user read it: <c>insults</c>, <c>group tea</c>.</param>
/// <param name="declare">Declares the queue and its bindings (idempotent) and returns the queue's name.</param>
/// <param name="handle">
/// Handles deliveries; they are acknowledged when it returns. May get the same ones again. Its token ends with the consumer,
/// and with what it consumes on: nobody can acknowledge them then, so waiting for something would only delay the next round.
/// </param>
/// <param name="prefetch">How many deliveries may be unacknowledged.</param>
/// <param name="outlivesConnection">Whether the queue is there again after the connection was lost, with what it held.</param>
/// <param name="options">Limits and waits.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where faults go.</param>
internal sealed partial class BrokerConsumer(
    BrokerConnection broker,
    string what,
    Func<IChannel, CancellationToken, Task<string>> declare,
    Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle,
    ushort prefetch,
    bool outlivesConnection,
    BrokerOptions options,
    TimeProvider time,
    ILogger logger)
{
    private const ushort OneByOne = 1;

    // Of a delivery that fails for a reason of its own; more than once, since nobody can be sure of that.
    private const int Tries = 3;

    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete once the queue has been consumed for the first time: from then on nothing is missed.</summary>
    public Task Consuming => _consuming.Task;

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

    // At the end what is handled is acknowledged; the rest goes back to the queue with the channel. False if it ended by a
    // break; true if it was careful for long enough: as many deliveries as could have been fetched together.
    private async Task<bool> ConsumeAsync(IChannel channel, ushort atOnce, Backoff backoff, CancellationToken stopping)
    {
        var queue = await declare(channel, stopping);
        await channel.BasicQosAsync(prefetchSize: 0, atOnce, global: false, stopping);

        var waiting = Channel.CreateUnbounded<Delivery>(new UnboundedChannelOptions { SingleReader = true });

        // The library may tell the end when this round is over already; so one that needs no disposing is told.
        var ended = new CancellationTokenSource();
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping, ended.Token);
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
        consumer.UnregisteredAsync += (_, _) => EndAsync(waiting, ended);
        consumer.ShutdownAsync += (_, _) => EndAsync(waiting, ended);
        channel.ChannelShutdownAsync += (_, _) => EndAsync(waiting, ended);

        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, stopping);
        backoff.Reset();
        broker.Faults.Works(this, what);
        _consuming.TrySetResult();
        try
        {
            // What has come is handled even if the round is over: a queue that went with the connection does not give it again.
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
            // Not the broker's silence, for which the whole connection would be given up.
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

        await HandleAsync(channel, deliveries, round);
        await channel.BasicAckAsync(deliveries[^1].Tag, multiple: true, CancellationToken.None);
        return deliveries.Count;
    }

    // A fault on this side, such as a full disk, is no reason to give deliveries back: each return counts towards the
    // queue's delivery limit, at which the broker drops them.
    private async Task HandleAsync(IChannel channel, List<Delivery> deliveries, CancellationToken round)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        var failed = 0;
        while (true)
        {
            try
            {
                await handle(deliveries, round);
                return;
            }
            catch (Exception e) when (DeliveryFault.IsIn(e) && channel.IsOpen && !round.IsCancellationRequested)
            {
                if (deliveries.Count > 1)
                {
                    await HandleEachAsync(channel, deliveries, round);
                    return;
                }

                if (++failed == Tries)
                {
                    Log.Dropped(logger, e);
                    ChatTelemetry.CountRefused("delivery");
                    return;
                }

                await Task.Delay(backoff.Next(), time, round);
            }
            catch (Exception e) when (channel.IsOpen && !round.IsCancellationRequested)
            {
                Log.NotHandled(logger, deliveries.Count, e.Message);
                await Task.Delay(backoff.Next(), time, round);
            }
        }
    }

    // One of them is to blame, and the others must not suffer for it.
    private async Task HandleEachAsync(IChannel channel, List<Delivery> deliveries, CancellationToken round)
    {
        foreach (var delivery in deliveries)
        {
            await HandleAsync(channel, [delivery], round);
        }
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

        [LoggerMessage(2, LogLevel.Warning, "{Count} deliveries could not be handled ({Reason}); trying again", EventName = "NotHandled")]
        public static partial void NotHandled(ILogger logger, int count, string reason);

        [LoggerMessage(3, LogLevel.Error, "A delivery cannot be handled and is dropped", EventName = "DeliveryDropped")]
        public static partial void Dropped(ILogger logger, Exception exception);
    }
}
