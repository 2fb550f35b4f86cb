using RabbitMQ.Client;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Reads and writes queues straight at the broker, as its operator could.</summary>
public sealed class RawQueue : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _name;

    private RawQueue(IConnection connection, IChannel channel, string name) => (_connection, _channel, _name) = (connection, channel, name);

    /// <summary>Connects to a queue that exists.</summary>
    public static async Task<RawQueue> OpenAsync(string rabbit, string name)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(rabbit) }.CreateConnectionAsync();
        return new RawQueue(
            connection,
            await connection.CreateChannelAsync(new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)),
            name);
    }

    /// <summary>How many messages wait for a consumer.</summary>
    public async Task<uint> CountAsync() => (await _channel.QueueDeclarePassiveAsync(_name)).MessageCount;

    /// <summary>Looks at all messages that wait; they stay in the queue.</summary>
    public async Task<IReadOnlyList<BasicGetResult>> LookAsync()
    {
        var all = new List<BasicGetResult>();
        while (await _channel.BasicGetAsync(_name, autoAck: false) is { } one)
        {
            all.Add(one);
        }

        if (all.Count > 0)
        {
            await _channel.BasicNackAsync(all[^1].DeliveryTag, multiple: true, requeue: true);
        }

        return all;
    }

    /// <summary>Takes all messages out of the queue.</summary>
    public async Task<IReadOnlyList<byte[]>> DrainAsync()
    {
        var all = new List<byte[]>();
        while (await _channel.BasicGetAsync(_name, autoAck: true) is { } one)
        {
            all.Add(one.Body.ToArray());
        }

        return all;
    }

    /// <summary>Takes certain messages out of the queue; the others stay, in their order.</summary>
    public async Task RemoveAsync(Func<ReadOnlyMemory<byte>, bool> which)
    {
        var others = new List<ulong>();
        while (await _channel.BasicGetAsync(_name, autoAck: false) is { } one)
        {
            if (which(one.Body))
            {
                await _channel.BasicAckAsync(one.DeliveryTag, multiple: false);
            }
            else
            {
                others.Add(one.DeliveryTag);
            }
        }

        foreach (var tag in others)
        {
            await _channel.BasicNackAsync(tag, multiple: false, requeue: true);
        }
    }

    /// <summary>Publishes to the queue and waits for the confirm.</summary>
    public async Task PutAsync(ReadOnlyMemory<byte> body) => await _channel.BasicPublishAsync(
        "", _name, mandatory: true, new BasicProperties { ContentType = "application/protobuf", Persistent = true }, body);

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
