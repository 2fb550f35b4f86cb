using AspireChat.Client.Conversations;
using AspireChat.Client.Names;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Groups;

/// <summary>What joining did.</summary>
/// <param name="Mode">The group's mode.</param>
/// <param name="IsNew">Whether the group was created.</param>
/// <param name="WasSubscribed">Whether the own user held a subscription before.</param>
internal readonly record struct JoinResult(GroupMode Mode, bool IsNew, bool WasSubscribed);

/// <summary>
/// Who holds a subscription to a group and who is in its room, at the name server. Knows nothing of how messages
/// travel; every kind of group has the same membership.
/// </summary>
/// <remarks>
/// Keys (docs/protocol.md): <c>chat:group:{group}</c>, <c>chat:group:{group}:subscribers</c>,
/// <c>chat:group:{group}:active</c>. All calls end with a <see cref="ChatException"/>
/// (<see cref="ChatFault.Unavailable"/>) if Redis is away.
/// </remarks>
internal sealed class GroupMembership(RedisConnection redis, IOptions<GroupOptions> options)
{
    private const string Prefix = "chat:group:";

    // As long as the queues: then the last trace of a group that everybody forgot is gone too.
    private readonly long _keep = (long)(options.Value.ExpiresAfter + TimeSpan.FromDays(1)).TotalMilliseconds;
    private readonly long _lease = (long)options.Value.Lease.TotalMilliseconds;

    /// <summary>Enters the room, subscribes, and creates the group if there is none. Repeated, it renews the lease.</summary>
    /// <param name="group">The group.</param>
    /// <param name="user">The member.</param>
    /// <param name="mode">The mode it must have; null takes what is there, and durable for a new group.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Conflict"/>: it has another mode.</exception>
    public async Task<JoinResult> JoinAsync(string group, string user, GroupMode? mode, CancellationToken cancellationToken)
    {
        var answer = await redis.EvaluateAsync(
            "join-group", MembershipScripts.Join, Keys(group), [user, mode is { } wanted ? Text(wanted) : "", _lease, _keep], cancellationToken);
        var fields = ((string[]?)answer)!;
        var present = Mode(fields[1]);
        return fields[0] == "joined"
            ? new JoinResult(present, fields[2] == "1", fields[3] == "1")
            : throw new ChatException(ChatFault.Conflict, $"The group {group} exists and is {fields[1]}; join it as that, or choose another name.");
    }

    /// <summary>Leaves the room; the subscription to a durable group is kept.</summary>
    /// <returns>True if the group is gone with it.</returns>
    public Task<bool> LeaveAsync(string group, string user, CancellationToken cancellationToken) =>
        LeaveAsync(group, user, "leave", cancellationToken);

    /// <summary>Leaves the room and gives the subscription up.</summary>
    /// <returns>True if the group is gone with it.</returns>
    public Task<bool> GiveUpAsync(string group, string user, CancellationToken cancellationToken) =>
        LeaveAsync(group, user, "give-up", cancellationToken);

    /// <summary>A group's mode and how many are in its room; null if there is no such group.</summary>
    public async Task<(GroupMode Mode, int Members)?> DescribeAsync(string group, CancellationToken cancellationToken)
    {
        var answer = ((string[]?)await redis.EvaluateAsync("describe-group", MembershipScripts.Describe, Keys(group), [], cancellationToken))!;
        return answer.Length == 0 ? null : (Mode(answer[0]), int.Parse(answer[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task<bool> LeaveAsync(string group, string user, string how, CancellationToken cancellationToken) =>
        (int)await redis.EvaluateAsync("leave-group", MembershipScripts.Leave, Keys(group), [user, how], cancellationToken) == 1;

    private static RedisKey[] Keys(string group) => [Prefix + group, $"{Prefix}{group}:subscribers", $"{Prefix}{group}:active"];

    private static string Text(GroupMode mode) => mode == GroupMode.Durable ? "durable" : "transient";

    private static GroupMode Mode(string text) => text == "transient" ? GroupMode.Transient : GroupMode.Durable;
}
