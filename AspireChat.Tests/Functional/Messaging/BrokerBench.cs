using AspireChat.Client.Chat;
using AspireChat.Client.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>The connection of a client to a virtual host, without the client, and a raw channel beside it.</summary>
internal sealed class BrokerBench : IAsyncDisposable
{
    /// <summary>A quorum queue that delivers a message three times and then drops it.</summary>
    public const string Queue = "work";

    private readonly IConnection _beside;

    private BrokerBench(BrokerConnection broker, IConnection beside, IChannel channel) =>
        (Broker, _beside, Channel) = (broker, beside, channel);

    /// <summary>Options that retry soon.</summary>
    public static BrokerOptions Eager { get; } = new() { MaxBackoff = TimeSpan.FromMilliseconds(100) };

    /// <summary>The connection under test.</summary>
    public BrokerConnection Broker { get; }

    /// <summary>A channel of another connection, with confirms.</summary>
    public IChannel Channel { get; }

    /// <summary>Connects, and declares <see cref="Queue"/>.</summary>
    public static async Task<BrokerBench> StartAsync(string rabbit)
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
        await DeclareAsync(channel, TestContext.Current.CancellationToken);
        return new BrokerBench(broker, beside, channel);
    }

    /// <summary>Declares <see cref="Queue"/>.</summary>
    public static async Task<string> DeclareAsync(IChannel channel, CancellationToken cancellationToken)
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

    /// <summary>Drops the connection, as the client does with one that does not answer.</summary>
    public async Task DropConnectionAsync() =>
        await Broker.DiscardAsync(await Broker.GetAsync(CancellationToken.None), "the test says so");

    /// <summary>How many messages wait in <see cref="Queue"/>.</summary>
    public async Task<uint> CountAsync() => (await Channel.QueueDeclarePassiveAsync(Queue)).MessageCount;

    /// <summary>How many consumers <see cref="Queue"/> has.</summary>
    public async Task<uint> ConsumersAsync()
    {
        // A passive declaration of a missing queue closes its channel.
        await using var channel = await _beside.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(Queue)).ConsumerCount;
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.StopAsync(CancellationToken.None);
        Broker.Dispose();
        await _beside.DisposeAsync();
    }
}
