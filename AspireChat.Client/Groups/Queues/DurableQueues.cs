using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Groups.Queues;

/// <summary>Durable groups: each member has a quorum queue, which remains while the member is away.</summary>
internal sealed class DurableQueues(GroupQueues queues, IOptions<GroupOptions> options) : IGroupTransport
{
    /// <inheritdoc/>
    public GroupMode Mode => GroupMode.Durable;

    /// <summary>Declares the exchange of a durable group.</summary>
    private static Task DeclareExchangeAsync(IChannel channel, string group, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(
            GroupQueues.Exchange(group), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    /// <inheritdoc/>
    public GroupLine Open(string group, GroupRoom room) => queues.Open(group, room, MessageState.Confirmed, DeclareAsync);

    /// <inheritdoc/>
    public string WhyNot(string group) => queues.WhyNot(group);

    /// <inheritdoc/>
    public Task KeepAsync(string group, TimeSpan patience) => queues.KeepAsync(group, patience, DeclareAsync);

    /// <inheritdoc/>
    public Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken) =>
        queues.ForgetAsync(group, before, patience, cancellationToken);

    private async Task DeclareAsync(IChannel channel, string group, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, group, cancellationToken);
        await channel.QueueDeclareAsync(
            queues.Queue(group), durable: true, exclusive: false, autoDelete: false, Arguments(), cancellationToken: cancellationToken);
        await channel.QueueBindAsync(
            queues.Queue(group), GroupQueues.Exchange(group), routingKey: "", cancellationToken: cancellationToken);
    }

    private Dictionary<string, object?> Arguments() => new()
    {
        ["x-queue-type"] = "quorum",

        // An earlier process of this user must not take half of the messages.
        ["x-single-active-consumer"] = true,
        ["x-max-length-bytes"] = options.Value.MaxQueueBytes,
        ["x-overflow"] = "drop-head",
        ["x-expires"] = (long)options.Value.ExpiresAfter.TotalMilliseconds,

        // The default is no limit in RabbitMQ 3.10 and 20 in 4.x (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling).
        ["x-delivery-limit"] = options.Value.DeliveryLimit,
    };
}
