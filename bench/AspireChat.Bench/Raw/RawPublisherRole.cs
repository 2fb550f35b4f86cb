using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using RabbitMQ.Client;

namespace AspireChat.Bench.Raw;

/// <summary>Publishes one text per publish to a fanout exchange, with confirms that are not awaited one by one.</summary>
internal sealed class RawPublisherRole : Role
{
    private RawQueues? _queues;
    private IConnection? _connection;
    private IChannel? _channel;

    public RawPublisherRole()
    {
        On<Start>(async start =>
        {
            _queues = start.Kind;
            _connection = await RawQueues.ConnectAsync(start.Rabbit);
            _channel = await _connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
            await start.Kind.DeclareExchangeAsync(_channel);
        });
        On<Publish, Sent>(async publish => new Sent(await publish.Pace.SendAsync(PublishAsync), Stopwatch.GetTimestamp()));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private Task PublishAsync() => _channel!.BasicPublishAsync(
        _queues!.Exchange, routingKey: "", mandatory: false, new BasicProperties { Persistent = _queues.IsDurable }, Stamp.Bytes()).AsTask();

    /// <summary>Connects.</summary>
    internal sealed record Start(string Rabbit, RawQueues Kind) : Request<Done>;

    /// <summary>Publishes, and waits for the confirms.</summary>
    internal sealed record Publish(Pace Pace) : Request<Sent>;
}
