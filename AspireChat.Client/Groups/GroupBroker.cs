using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Groups;

/// <summary>The common part of groups that RabbitMQ carries, whatever it keeps for them.</summary>
internal sealed class GroupBroker(
    BrokerConnection broker,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<GroupBroker> logger)
{
    /// <summary>Makes a consumer of a queue or stream of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="declare">Declares it, and returns its name.</param>
    /// <param name="handle">Handles deliveries.</param>
    /// <param name="outlivesConnection">Whether it survives a lost connection.</param>
    /// <param name="arguments">Makes the arguments of each consumption; none if null.</param>
    public BrokerConsumer Consumer(
        string group,
        Func<IChannel, CancellationToken, Task<string>> declare,
        Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle,
        bool outlivesConnection,
        Func<IDictionary<string, object?>>? arguments = null) =>
        new(broker, What(group), declare, handle, (ushort)options.Value.Prefetch, outlivesConnection, options.Value, time, logger, arguments);

    /// <summary>Makes the outbox of a group.</summary>
    public BrokerOutbox Outbox(string group, OutboxRoute route) =>
        new(Conversation.Of(group), route, broker, store, self, events, options.Value, time, logger);

    /// <inheritdoc cref="IGroupTransport.WhyNot"/>
    public string WhyNot(string group) => broker.Faults.Find(What(group)) ?? (broker.IsOpen
        ? $"RabbitMQ did not let you join {group}: it is too busy, or has the group or your queue with another mode or other limits."
        : "RabbitMQ is away, so you cannot join the group now; try again later.");

    /// <inheritdoc cref="IGroupTransport.KeepAsync"/>
    public async Task KeepAsync(string group, TimeSpan patience, Func<IChannel, CancellationToken, Task> declare)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        try
        {
            await broker.UseChannelAsync(channel => declare(channel, deadline.Token), deadline.Token, patience);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, CancellationToken.None))
        {
            throw Unavailable(group, e, "keep the subscription");
        }
    }

    /// <inheritdoc cref="IGroupTransport.ForgetAsync"/>
    public async Task ForgetAsync(
        string group,
        Func<Task<bool>> before,
        TimeSpan patience,
        Func<IChannel, bool, CancellationToken, Task> delete,
        CancellationToken cancellationToken)
    {
        try
        {
            await broker.UseChannelAsync(
                async channel =>
                {
                    var isGone = await before();
                    using var deadline = new CancellationTokenSource(patience, time);
                    await delete(channel, isGone, deadline.Token);
                },
                cancellationToken,
                patience);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, cancellationToken))
        {
            throw Unavailable(group, e, "unsubscribe");
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
