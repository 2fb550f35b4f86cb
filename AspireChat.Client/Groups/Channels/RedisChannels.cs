using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using StackExchange.Redis;

namespace AspireChat.Client.Groups.Channels;

/// <summary>
/// Groups that are a channel of Redis (https://redis.io/docs/latest/develop/pubsub/): each message goes to those who listen at that moment.
/// They work while RabbitMQ is away.
/// </summary>
internal sealed class RedisChannels(
    RedisConnection redis,
    RedisSideConnections connections,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    TimeProvider time,
    ILogger<RedisChannels> logger) : IGroupTransport
{
    private const string Prefix = "chat:channel:";

    /// <inheritdoc/>
    public GroupMode Mode => GroupMode.RedisPubSub;

    /// <inheritdoc/>
    public GroupLine Open(string group, GroupRoom room)
    {
        var listener = new ChannelListener(group, Prefix + group, connections, room.Inbox, events, time, logger);
        var outbox = new RedisOutbox(
            group,
            room,
            MessageState.Sent,
            (batch, _, end) => redis.CallAsync(
                "PUBLISH", Prefix, database => database.PublishAsync(RedisChannel.Literal(Prefix + group), batch), end),
            store,
            self,
            events,
            time,
            logger);
        return new GroupLine(listener.Listening, outbox.Wake, outbox.DrainAsync, [listener.RunAsync, outbox.RunAsync]);
    }

    /// <inheritdoc/>
    public string WhyNot(string group) => "Redis did not let you listen to the group in time; try again later.";

    /// <summary>Does nothing: nothing is kept for absent members.</summary>
    public Task KeepAsync(string group, TimeSpan patience) => Task.CompletedTask;

    /// <summary>Deletes nothing: a channel is its listeners.</summary>
    public Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken) => before();
}
