using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Groups.Queues;

/// <summary>Declares a group's exchange and this member's queue on it; idempotent.</summary>
internal delegate Task DeclareQueue(IChannel channel, string group, CancellationToken cancellationToken);

/// <summary>
/// The common part of groups that use a fanout exchange with one queue per member. Both are declared before every use, which
/// changes nothing if they exist. Queues always state their type: a virtual host may have another default
/// (https://www.rabbitmq.com/docs/vhosts#default-queue-type).
/// </summary>
internal sealed class GroupQueues(GroupBroker broker, LocalPeer self)
{
    /// <summary>The name of a group's exchange.</summary>
    public static string Exchange(string group) => $"chat.group.{group}";

    /// <summary>The name of this member's queue; it contains the key, so a reused user name inherits nothing.</summary>
    public string Queue(string group) => $"chat.group.{group}.{self.Name}.{Fingerprint.Prefix(self.Identity.Fingerprint)}";

    /// <summary>Makes a line that consumes this member's queue and publishes to the exchange.</summary>
    public GroupLine Open(string group, GroupRoom room, MessageState confirmed, DeclareQueue declare)
    {
        var consumer = broker.Consumer(
            group,
            async (channel, stopping) =>
            {
                await declare(channel, group, stopping);
                return Queue(group);
            },
            room.Inbox.HandleAsync,
            outlivesConnection: room.Mode.IsKept);
        var outbox = broker.Outbox(
            group,
            new OutboxRoute(
                Exchange(group),
                RoutingKey: _ => "",
                IsPersistent: room.Mode.IsKept,
                confirmed,
                (channel, stopping) => declare(channel, group, stopping),
                Generation: () => room.Generations.Current,
                OnConfirmed: _ => room.Spoken.Confirmed()));
        return new GroupLine(consumer.Consuming, outbox.Wake, outbox.DrainAsync, [consumer.RunAsync, outbox.RunAsync]);
    }

    /// <inheritdoc cref="IGroupTransport.WhyNot"/>
    public string WhyNot(string group) => broker.WhyNot(group);

    /// <inheritdoc cref="IGroupTransport.KeepAsync"/>
    public Task KeepAsync(string group, TimeSpan patience, DeclareQueue declare) =>
        broker.KeepAsync(group, patience, (channel, end) => declare(channel, group, end));

    /// <inheritdoc cref="IGroupTransport.ForgetAsync"/>
    public Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken) =>
        broker.ForgetAsync(group, before, patience, (channel, _, end) => DeleteAsync(channel, group, end), cancellationToken);

    private async Task DeleteAsync(IChannel channel, string group, CancellationToken cancellationToken)
    {
        await channel.QueueDeleteAsync(Queue(group), cancellationToken: cancellationToken);
        try
        {
            // RabbitMQ refuses this and closes the channel while other queues are bound.
            await channel.ExchangeDeleteAsync(Exchange(group), ifUnused: true, cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            // Other members still subscribe.
        }
    }
}
