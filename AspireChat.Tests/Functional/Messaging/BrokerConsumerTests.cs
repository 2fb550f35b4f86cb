using System.Text;
using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

public sealed class BrokerConsumerTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_lasting_fault_of_the_client_loses_no_delivery()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await PublishAsync(bench, "one", "two", "three");

        // More failures than the queue allows redeliveries before it drops a message.
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new List<string>();
        var tries = 0;
        await using var consuming = Consume(bench, (deliveries, _) =>
        {
            if (++tries <= 10)
            {
                throw new IOException("The disk is full.");
            }

            handled.AddRange(deliveries.Select(Text));
            if (handled.Count == 3)
            {
                all.TrySetResult();
            }

            return Task.CompletedTask;
        });

        await all.Task.DefaultTimeout();
        Assert.Equal(["one", "two", "three"], handled);
        await Until.Equal("the queue is empty", 0u, bench.CountAsync);
    }

    [Fact]
    public async Task A_delivery_that_cannot_be_handled_is_dropped_alone()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await PublishAsync(bench, "one", "poison", "two", "three", "poison");
        var handled = new HashSet<string>();
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = Consume(bench, (deliveries, _) =>
        {
            foreach (var text in deliveries.Select(Text))
            {
                handled.Add(text == "poison" ? throw new FormatException(text) : text);
                if (text == "last")
                {
                    last.TrySetResult();
                }
            }

            return Task.CompletedTask;
        });

        await PublishAsync(bench, "last");
        await last.Task.DefaultTimeout();
        await consuming.StopAsync();
        Assert.Equal(["last", "one", "three", "two"], handled.Order(StringComparer.Ordinal));
        await Until.Equal("no consumer is left", 0u, bench.ConsumersAsync);
        await Until.Equal("no message returned to the queue", 0u, bench.CountAsync);
    }

    [Fact]
    public async Task Unacknowledged_deliveries_return_after_the_connection_was_lost()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await PublishAsync(bench, "one");
        var seen = new List<string>();
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = Consume(bench, async (deliveries, _) =>
        {
            seen.AddRange(deliveries.Select(Text));
            if (seen.Count == 1)
            {
                // The delivery is handled, but the connection is lost before the acknowledgement.
                await bench.DropConnectionAsync();
                return;
            }

            again.TrySetResult();
        });

        await again.Task.DefaultTimeout();
        Assert.Equal(["one", "one"], seen);
        await Until.Equal("the queue is empty", 0u, bench.CountAsync);
    }

    [Fact]
    public async Task The_client_declares_a_deleted_queue_again()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = Consume(bench, (deliveries, _) =>
        {
            seen.TrySetResult(Text(deliveries[0]));
            return Task.CompletedTask;
        });
        await consuming.Consumer.Consuming.DefaultTimeout();

        await bench.Channel.QueueDeleteAsync(BrokerBench.Queue);
        await Until.Equal("the client consumes again", 1u, bench.ConsumersAsync);
        await PublishAsync(bench, "again");
        Assert.Equal("again", await seen.Task.DefaultTimeout());
    }

    [Fact]
    public async Task Deliveries_that_arrived_before_the_connection_was_lost_are_all_handled()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var proceed = new TaskCompletionSource();
        var declarations = 0;
        await using var consuming = Consume(
            bench,
            async (deliveries, _) =>
            {
                if (first.TrySetResult())
                {
                    await proceed.Task;
                }
                else
                {
                    second.TrySetResult(Text(deliveries[0]));
                }
            },
            outlivesConnection: false,

            // The queue stands for one that went with its connection, so nothing is delivered again.
            declare: async (channel, stopping) =>
            {
                if (Interlocked.Increment(ref declarations) > 1)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
                }

                return await BrokerBench.DeclareAsync(channel, stopping);
            });
        await PublishAsync(bench, "one");
        await first.Task.DefaultTimeout();
        await PublishAsync(bench, "two");
        await Until.Equal("the second one is delivered", 0u, bench.CountAsync);

        await bench.DropConnectionAsync();
        proceed.SetResult();
        Assert.Equal("two", await second.Task.DefaultTimeout());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_is_cancelled_when_its_channel_closes(bool isConnectionLost)
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await PublishAsync(bench, "one");
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = Consume(bench, async (deliveries, round) =>
        {
            if (waits.TrySetResult())
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, round);
            }

            seen.TrySetResult(Text(deliveries[0]));
        });
        await waits.Task.DefaultTimeout();
        var connection = await bench.Broker.GetAsync(CancellationToken.None);

        if (isConnectionLost)
        {
            await bench.DropConnectionAsync();
            Assert.Equal("one", await seen.Task.DefaultTimeout());
            return;
        }

        await bench.Channel.QueueDeleteAsync(BrokerBench.Queue);
        await Until.Equal("the client consumes again", 1u, bench.ConsumersAsync);
        await PublishAsync(bench, "again");
        Assert.Equal("again", await seen.Task.DefaultTimeout());

        // The connection had no fault and stays, for the others that use it.
        Assert.Same(connection, await bench.Broker.GetAsync(CancellationToken.None));
    }

    private static Consuming Consume(
        BrokerBench bench,
        Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle,
        bool outlivesConnection = true,
        Func<IChannel, CancellationToken, Task<string>>? declare = null) =>
        new(new BrokerConsumer(
            bench.Broker,
            "work",
            declare ?? BrokerBench.DeclareAsync,
            handle,
            prefetch: 100,
            outlivesConnection,
            BrokerBench.Eager,
            TimeProvider.System,
            NullLogger.Instance));

    private static async Task PublishAsync(BrokerBench bench, params string[] texts)
    {
        foreach (var text in texts)
        {
            await bench.Channel.BasicPublishAsync("", BrokerBench.Queue, mandatory: true, Encoding.UTF8.GetBytes(text));
        }
    }

    private static string Text(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);

    /// <summary>A consumer that runs until it is disposed.</summary>
    private sealed class Consuming : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Consuming(BrokerConsumer consumer)
        {
            Consumer = consumer;
            _running = consumer.RunAsync(_stop.Token);
        }

        public BrokerConsumer Consumer { get; }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
