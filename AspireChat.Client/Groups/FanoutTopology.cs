using AspireChat.Client.Identity;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Groups;

/// <summary>
/// The exchange of a group and this member's queue on it. Declared before every use, which changes nothing if they are
/// there. Queues always name their type: a virtual host may have another default
/// (https://www.rabbitmq.com/docs/vhosts#default-queue-type).
/// </summary>
internal sealed class FanoutTopology(LocalPeer self, IOptions<GroupOptions> options)
{
    /// <summary>The name of a group's exchange.</summary>
    public static string Exchange(string group) => $"chat.group.{group}";

    /// <summary>The name of this member's queue on it; the key is part of it, so a reused name inherits nothing.</summary>
    public string Queue(string group) => $"chat.group.{group}.{self.Name}.{Fingerprint.Prefix(self.Identity.Fingerprint)}";

    /// <summary>Declares a group's exchange.</summary>
    public static Task DeclareExchangeAsync(IChannel channel, string group, GroupMode mode, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(
            Exchange(group),
            ExchangeType.Fanout,
            durable: mode == GroupMode.Durable,
            autoDelete: mode == GroupMode.Transient,
            cancellationToken: cancellationToken);

    /// <summary>Declares a group's exchange and this member's queue on it.</summary>
    /// <returns>The queue's name.</returns>
    public async Task<string> DeclareAsync(IChannel channel, string group, GroupMode mode, CancellationToken cancellationToken)
    {
        var queue = Queue(group);
        await DeclareExchangeAsync(channel, group, mode, cancellationToken);
        if (mode == GroupMode.Durable)
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, DurableArguments(), cancellationToken: cancellationToken);
        }
        else
        {
            // Exclusive goes with the connection, auto-delete already with the consumer: nothing is kept for the absent.
            await channel.QueueDeclareAsync(
                queue,
                durable: false,
                exclusive: true,
                autoDelete: true,
                new Dictionary<string, object?> { ["x-queue-type"] = "classic" },
                cancellationToken: cancellationToken);
        }

        await channel.QueueBindAsync(queue, Exchange(group), routingKey: "", cancellationToken: cancellationToken);
        return queue;
    }

    /// <summary>Deletes this member's queue of a group, with what is in it, and the exchange if nobody else uses it.</summary>
    public async Task DeleteAsync(IChannel channel, string group, CancellationToken cancellationToken)
    {
        await channel.QueueDeleteAsync(Queue(group), cancellationToken: cancellationToken);
        try
        {
            // Refused, and the channel closed, while other queues are bound.
            await channel.ExchangeDeleteAsync(Exchange(group), ifUnused: true, cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            // Others still hold a subscription.
        }
    }

    private Dictionary<string, object?> DurableArguments() => new()
    {
        ["x-queue-type"] = "quorum",

        // An old process of this user must not take half of the messages.
        ["x-single-active-consumer"] = true,
        ["x-max-length-bytes"] = options.Value.MaxQueueBytes,
        ["x-overflow"] = "drop-head",
        ["x-expires"] = (long)options.Value.ExpiresAfter.TotalMilliseconds,

        // Without it RabbitMQ 3.10 has none and 4.x has 20 (https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling).
        ["x-delivery-limit"] = options.Value.DeliveryLimit,
    };
}
