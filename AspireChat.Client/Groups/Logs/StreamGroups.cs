using AspireChat.Client.History;
using AspireChat.Client.Messaging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Groups that are one stream of RabbitMQ, which all members read (https://www.rabbitmq.com/docs/streams): it stores a message once, however
/// many members there are.
/// </summary>
internal sealed class StreamGroups(
    GroupBroker broker, MessageStore store, LogNotices notices, IOptions<GroupOptions> options, TimeProvider time) : IGroupTransport
{
    // Only whole segments are dropped, and never the last one.
    private const int Segments = 8;

    // The largest that RabbitMQ makes by itself.
    private const long MaxSegmentBytes = 500_000_000;

    /// <inheritdoc/>
    public GroupMode Mode => GroupMode.Stream;

    /// <summary>The name of a generation's stream: a group that has the same name later has another one.</summary>
    public static string Name(string group, string generation) => $"chat.log.{group}.{generation}";

    /// <inheritdoc/>
    public GroupLine Open(string group, GroupRoom room)
    {
        var readers = new LogReaders(
            room.Generations,
            generation => new StreamReader(
                group,
                new LogCursor(group, generation, store, notices),
                room.Inbox,
                broker,
                (channel, end) => DeclareAsync(channel, group, generation, end),
                (channel, end) => channel.QueueDeclarePassiveAsync(Name(group, generation), end),
                time));
        var outbox = broker.Outbox(
            group,
            new OutboxRoute(
                Exchange: "",
                RoutingKey: generation => Name(group, generation),
                IsPersistent: true,
                MessageState.Confirmed,
                (channel, end) => DeclareAsync(channel, group, room.Generations.Current, end),
                Generation: () => room.Generations.Current,
                OnConfirmed: _ => room.Spoken.Confirmed()));
        return new GroupLine(readers.Reading, outbox.Wake, outbox.DrainAsync, [readers.RunAsync, outbox.RunAsync]);
    }

    /// <inheritdoc/>
    public string WhyNot(string group) => broker.WhyNot(group);

    /// <inheritdoc/>
    public Task KeepAsync(string group, TimeSpan patience) => broker.KeepAsync(group, patience, async (channel, end) =>
    {
        foreach (var generation in Generations(group))
        {
            await DeclareAsync(channel, group, generation, end);
        }
    });

    /// <inheritdoc/>
    public Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken)
    {
        var generations = Generations(group);
        return broker.ForgetAsync(
            group,
            before,
            patience,
            async (channel, isGone, end) =>
            {
                // Others read the same log.
                foreach (var generation in isGone ? generations : [])
                {
                    await channel.QueueDeleteAsync(Name(group, generation), cancellationToken: end);
                }
            },
            cancellationToken);
    }

    private List<string> Generations(string group) => [.. store.ListGenerations(group).Where(Generation.IsValid)];

    private async Task<string> DeclareAsync(IChannel channel, string group, string generation, CancellationToken cancellationToken)
    {
        var name = Name(group, generation);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, Arguments(), cancellationToken: cancellationToken);
        return name;
    }

    private Dictionary<string, object?> Arguments() => new()
    {
        ["x-queue-type"] = "stream",
        ["x-max-length-bytes"] = options.Value.MaxLogBytes,
        ["x-max-age"] = $"{(long)options.Value.ExpiresAfter.TotalSeconds}s",
        ["x-stream-max-segment-size-bytes"] = Math.Min(options.Value.MaxLogBytes / Segments, MaxSegmentBytes),
    };
}
