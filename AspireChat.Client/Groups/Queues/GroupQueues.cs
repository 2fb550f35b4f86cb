using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using Microsoft.Extensions.Options;
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
internal sealed class GroupQueues(
    BrokerConnection broker,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<GroupQueues> logger)
{
    /// <summary>The name of a group's exchange.</summary>
    public static string Exchange(string group) => $"chat.group.{group}";

    /// <summary>The name of this member's queue; it contains the key, so a reused user name inherits nothing.</summary>
    public string Queue(string group) => $"chat.group.{group}.{self.Name}.{Fingerprint.Prefix(self.Identity.Fingerprint)}";

    /// <summary>Makes a line that consumes this member's queue and publishes to the exchange.</summary>
    public GroupLine Open(string group, GroupRoom room, MessageState confirmed, DeclareQueue declare)
    {
        var consumer = new BrokerConsumer(
            broker,
            What(group),
            async (channel, stopping) =>
            {
                await declare(channel, group, stopping);
                return Queue(group);
            },
            room.Inbox.HandleAsync,
            (ushort)options.Value.Prefetch,
            outlivesConnection: room.Mode.IsKept,
            options.Value,
            time,
            logger);
        var outbox = new BrokerOutbox(
            Conversation.Of(group),
            new OutboxRoute(
                Exchange(group),
                RoutingKey: "",
                IsPersistent: room.Mode.IsKept,
                confirmed,
                (channel, stopping) => declare(channel, group, stopping),
                Generation: () => room.Generations.Current,
                OnConfirmed: _ => room.Spoken.Confirmed()),
            broker,
            store,
            self,
            events,
            options.Value,
            time,
            logger);
        return new GroupLine(consumer.Consuming, outbox.Wake, outbox.DrainAsync, [consumer.RunAsync, outbox.RunAsync]);
    }

    /// <inheritdoc cref="IGroupTransport.WhyNot"/>
    public string WhyNot(string group) => broker.Faults.Find(What(group)) ?? (broker.IsOpen
        ? $"RabbitMQ did not let you join {group}: it is too busy, or has the group or your queue with another mode or other limits."
        : "RabbitMQ is away, so you cannot join the group now; try again later.");

    /// <inheritdoc cref="IGroupTransport.KeepAsync"/>
    public async Task KeepAsync(string group, TimeSpan patience, DeclareQueue declare)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            await broker.UseChannelAsync(channel => declare(channel, group, deadline.Token), deadline.Token, patience);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, CancellationToken.None))
        {
            throw Unavailable(group, e, "keep the subscription");
        }
    }

    /// <inheritdoc cref="IGroupTransport.ForgetAsync"/>
    public async Task ForgetAsync(string group, Func<Task> before, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await broker.UseChannelAsync(
                async channel =>
                {
                    await before();
                    using var deadline = new CancellationTokenSource(patience, time);
                    await DeleteAsync(channel, group, deadline.Token);
                },
                cancellationToken,
                patience);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, cancellationToken))
        {
            throw Unavailable(group, e, "unsubscribe");
        }
    }

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

    private static ChatException Unavailable(string group, Exception e, string what) => new(
        ChatFault.Unavailable,
        BrokerRefusal.Of(e) is { } refusal
            ? BrokerFaults.Sentence(What(group), refusal.Text)
            : $"RabbitMQ is away, so you cannot {what} now; try again later.",
        e);

    private static string What(string group) => BrokerFaults.NameOf(Conversation.Of(group));
}
