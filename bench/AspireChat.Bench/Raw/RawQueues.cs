using RabbitMQ.Client;

namespace AspireChat.Bench.Raw;

/// <summary>A group's exchange and the queues of members, as docs/protocol.md says: without a client that declares them.</summary>
/// <param name="Exchange">The fanout exchange.</param>
/// <param name="IsDurable">Quorum queues that outlive their members' connections, or exclusive ones.</param>
internal sealed record RawQueues(string Exchange, bool IsDurable)
{
    /// <summary>The most deliveries that wait for an acknowledgement.</summary>
    public const ushort Prefetch = 100;

    /// <summary>Opens a connection of its own, as each member has one.</summary>
    public static Task<IConnection> ConnectAsync(string rabbit) =>
        new ConnectionFactory { Uri = new Uri(rabbit), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    /// <summary>Declares the exchange.</summary>
    public Task DeclareExchangeAsync(IChannel channel) =>
        channel.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: IsDurable, autoDelete: !IsDurable);

    /// <summary>Declares a member's queue, and binds it.</summary>
    public async Task DeclareAsync(IChannel channel, string queue)
    {
        await DeclareExchangeAsync(channel);
        await channel.QueueDeclareAsync(
            queue, durable: IsDurable, exclusive: !IsDurable, autoDelete: !IsDurable, IsDurable ? Quorum : Classic);
        await channel.QueueBindAsync(queue, Exchange, routingKey: "");
    }

    private static Dictionary<string, object?> Quorum => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-single-active-consumer"] = true,
        ["x-max-length-bytes"] = 268_435_456L,
        ["x-overflow"] = "drop-head",
        ["x-expires"] = 2_505_600_000L,
        ["x-delivery-limit"] = 100,
    };

    private static Dictionary<string, object?> Classic => new() { ["x-queue-type"] = "classic" };
}
