using System.Threading.Channels;
using RabbitMQ.Client;

namespace AspireChat.Bench.Raw;

/// <summary>
/// A member of a group that is no client: takes what comes from its queue, and acknowledges what has come meanwhile together.
/// </summary>
internal sealed class RawMember : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    private readonly Channel<(ulong Tag, byte[] Body)> _waiting = System.Threading.Channels.Channel.CreateUnbounded<(ulong, byte[])>();
    private readonly IConnection _connection;
    private readonly Func<IReadOnlyList<byte[]>, Task> _take;
    private Task _taking = Task.CompletedTask;

    private RawMember(IConnection connection, IChannel channel, Func<IReadOnlyList<byte[]>, Task> take)
        : base(channel) => (_connection, _take) = (connection, take);

    /// <summary>Declares a queue and consumes it.</summary>
    /// <param name="rabbit">The broker.</param>
    /// <param name="queues">Where the queue belongs.</param>
    /// <param name="queue">Its name.</param>
    /// <param name="take">Called with what has come; when it returns, that is acknowledged.</param>
    public static async Task<RawMember> StartAsync(string rabbit, RawQueues queues, string queue, Func<IReadOnlyList<byte[]>, Task> take)
    {
        var connection = await RawQueues.ConnectAsync(rabbit);
        var channel = await connection.CreateChannelAsync();
        await queues.DeclareAsync(channel, queue);
        await channel.BasicQosAsync(0, RawQueues.Prefetch, global: false);
        var member = new RawMember(connection, channel, take);
        member._taking = Task.Run(member.TakeAsync);
        await channel.BasicConsumeAsync(queue, autoAck: false, member);
        return member;
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryWrite((deliveryTag, body.ToArray()));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
    }

    private async Task TakeAsync()
    {
        var bodies = new List<byte[]>(RawQueues.Prefetch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var last = 0UL;
            while (_waiting.Reader.TryRead(out var delivery))
            {
                bodies.Add(delivery.Body);
                last = delivery.Tag;
            }

            await _take(bodies);
            bodies.Clear();
            await Channel.BasicAckAsync(last, multiple: true);
        }
    }
}
