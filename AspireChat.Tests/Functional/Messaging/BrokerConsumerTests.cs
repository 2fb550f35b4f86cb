using System.Text;
using AspireChat.Client.Conversations;
using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

public sealed class BrokerConsumerTests(SharedRabbitMq broker)
{
    private const string Queue = "work";

    private static readonly BrokerOptions Eager = new() { MaxBackoff = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public async Task A_fault_on_this_side_costs_no_delivery_however_long_it_lasts()
    {
        await using var stand = await Stand.StartAsync(await broker.CreateVirtualHostAsync());
        await stand.PublishAsync("one", "two", "three");

        // More often than the queue would give a message again before it drops it.
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new List<string>();
        var tries = 0;
        await using var consuming = stand.Consume((deliveries, _) =>
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
        await Until.Equal("the queue is empty", 0u, stand.CountAsync);
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_after_the_connection_was_lost()
    {
        await using var stand = await Stand.StartAsync(await broker.CreateVirtualHostAsync());
        await stand.PublishAsync("one");
        var seen = new List<string>();
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = stand.Consume(async (deliveries, _) =>
        {
            seen.AddRange(deliveries.Select(Text));
            if (seen.Count == 1)
            {
                // Handled, but the connection goes before the acknowledgement.
                await stand.DropConnectionAsync();
                return;
            }

            again.TrySetResult();
        });

        await again.Task.DefaultTimeout();
        Assert.Equal(["one", "one"], seen);
        await Until.Equal("the queue is empty", 0u, stand.CountAsync);
    }

    [Fact]
    public async Task A_queue_that_was_deleted_is_declared_again()
    {
        await using var stand = await Stand.StartAsync(await broker.CreateVirtualHostAsync());
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consuming = stand.Consume((deliveries, _) =>
        {
            seen.TrySetResult(Text(deliveries[0]));
            return Task.CompletedTask;
        });
        await consuming.Consumer.Consuming.DefaultTimeout();

        await stand.DeleteQueueAsync();
        await Until.Equal("somebody consumes again", 1u, stand.ConsumersAsync);
        await stand.PublishAsync("again");
        Assert.Equal("again", await seen.Task.DefaultTimeout());
    }

    private static string Text(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);

    /// <summary>The client's own connection to a virtual host, and another one beside it.</summary>
    private sealed class Stand : IAsyncDisposable
    {
        private readonly BrokerConnection _broker;
        private readonly IConnection _beside;
        private readonly IChannel _channel;

        private Stand(BrokerConnection broker, IConnection beside, IChannel channel) =>
            (_broker, _beside, _channel) = (broker, beside, channel);

        public static async Task<Stand> StartAsync(string rabbit)
        {
            var factory = new ConnectionFactory { Uri = new Uri(rabbit), AutomaticRecoveryEnabled = false };
            var configuration = new ConfigurationBuilder()
                .AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:rabbitmq", (string?)rabbit)]).Build();
            var broker = new BrokerConnection(
                new ServiceCollection().AddSingleton<IConnectionFactory>(factory).BuildServiceProvider(),
                configuration,
                new ConnectionStates(new LiveEvents()),
                Options.Create(Eager),
                TimeProvider.System,
                NullLogger<BrokerConnection>.Instance);
            await broker.StartAsync(TestContext.Current.CancellationToken);

            var beside = await factory.CreateConnectionAsync();
            var channel = await beside.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
            var stand = new Stand(broker, beside, channel);
            await DeclareAsync(channel, TestContext.Current.CancellationToken);
            return stand;
        }

        public Consuming Consume(Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle) => new(
            new BrokerConsumer(_broker, DeclareAsync, handle, prefetch: 100, Eager, TimeProvider.System, NullLogger.Instance));

        public async Task PublishAsync(params string[] texts)
        {
            foreach (var text in texts)
            {
                await _channel.BasicPublishAsync("", Queue, mandatory: true, Encoding.UTF8.GetBytes(text));
            }
        }

        public async Task DropConnectionAsync() =>
            await _broker.DiscardAsync(await _broker.GetAsync(CancellationToken.None), "the test says so");

        public async Task DeleteQueueAsync() => await _channel.QueueDeleteAsync(Queue);

        public async Task<uint> CountAsync() => (await _channel.QueueDeclarePassiveAsync(Queue)).MessageCount;

        public async Task<uint> ConsumersAsync()
        {
            // A passive declare of a queue that is not there closes its channel.
            await using var channel = await _beside.CreateChannelAsync();
            return (await channel.QueueDeclarePassiveAsync(Queue)).ConsumerCount;
        }

        public async ValueTask DisposeAsync()
        {
            await _broker.StopAsync(CancellationToken.None);
            _broker.Dispose();
            await _beside.DisposeAsync();
        }

        private static async Task<string> DeclareAsync(IChannel channel, CancellationToken cancellationToken)
        {
            await channel.QueueDeclareAsync(
                Queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 3 },
                cancellationToken: cancellationToken);
            return Queue;
        }
    }

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

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }
}
