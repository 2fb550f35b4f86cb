using RabbitMQ.Client;

namespace AspireChat.Client.Groups.Queues;

/// <summary>
/// Transient groups: each member has a queue that is deleted with its consumer, so that nothing is kept for absent members.
/// </summary>
internal sealed class TransientQueues(GroupQueues queues) : IGroupTransport
{
    /// <inheritdoc/>
    public GroupMode Mode => GroupMode.Transient;

    /// <inheritdoc/>
    public GroupLine Open(string group, GroupRoom room) => queues.Open(group, room, MessageState.Sent, DeclareAsync);

    /// <inheritdoc/>
    public string WhyNot(string group) => queues.WhyNot(group);

    /// <summary>Does nothing: nothing is kept for absent members.</summary>
    public Task KeepAsync(string group, TimeSpan patience) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken) =>
        queues.ForgetAsync(group, before, patience, cancellationToken);

    private async Task DeclareAsync(IChannel channel, string group, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(
            GroupQueues.Exchange(group), ExchangeType.Fanout, durable: false, autoDelete: true, cancellationToken: cancellationToken);

        // An exclusive queue is deleted with its connection, an auto-delete queue already with its consumer.
        await channel.QueueDeclareAsync(
            queues.Queue(group),
            durable: false,
            exclusive: true,
            autoDelete: true,
            new Dictionary<string, object?> { ["x-queue-type"] = "classic" },
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(
            queues.Queue(group), GroupQueues.Exchange(group), routingKey: "", cancellationToken: cancellationToken);
    }
}
