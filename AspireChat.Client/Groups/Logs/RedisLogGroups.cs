using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Redis;

namespace AspireChat.Client.Groups.Logs;

/// <summary>Groups that are one stream of Redis, which all members read; they work while RabbitMQ is away.</summary>
internal sealed class RedisLogGroups(
    RedisLog log,
    RedisSideConnections connections,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    LogNotices notices,
    TimeProvider time,
    ILogger<RedisLogGroups> logger) : IGroupTransport
{
    /// <inheritdoc/>
    public GroupMode Mode => GroupMode.RedisStream;

    /// <inheritdoc/>
    public GroupLine Open(string group, GroupRoom room)
    {
        var readers = new LogReaders(
            room.Generations,
            generation => new RedisLogReader(
                group,
                RedisLog.Key(group, generation),
                new LogCursor(group, generation, store, notices),
                room.Inbox,
                log,
                connections,
                time,
                logger));
        var outbox = new RedisOutbox(
            group,
            room,
            MessageState.Confirmed,
            (batch, generation, end) => log.AppendAsync(RedisLog.Key(group, generation), batch, end),
            store,
            self,
            events,
            time,
            logger);
        return new GroupLine(
            readers.Reading, outbox.Wake, outbox.DrainAsync, [readers.RunAsync, outbox.RunAsync], () => readers.Refusal);
    }

    /// <inheritdoc/>
    public string WhyNot(string group) => $"Redis did not let you read the log of {group} in time; try again later.";

    /// <summary>Does nothing: a log needs nothing to be kept, and one that was lost begins with the next message.</summary>
    public Task KeepAsync(string group, TimeSpan patience) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken)
    {
        string[] keys = [.. store.ListGenerations(group).Where(Generation.IsValid).Select(generation => RedisLog.Key(group, generation))];

        // Others read the same log.
        if (await before() && keys is not [])
        {
            await log.DeleteAsync(keys, CancellationToken.None);
        }
    }
}
