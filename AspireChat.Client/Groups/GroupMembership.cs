using System.Globalization;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Groups;

/// <summary>
/// Keeps at the name server who subscribes to a group and who is in its room. It does not depend on how messages travel: all
/// modes of groups share the same membership.
/// </summary>
/// <remarks>
/// Keys (docs/protocol.md): <c>chat:group:{group}</c>, <c>chat:group:{group}:subscribers</c>,
/// <c>chat:group:{group}:active</c>, <c>chat:group:{group}:seqs</c>. All calls throw a <see cref="ChatException"/>
/// (<see cref="ChatFault.Unavailable"/>) if Redis is away.
/// </remarks>
internal sealed class GroupMembership(RedisConnection redis, IOptions<GroupOptions> options)
{
    private const string Prefix = "chat:group:";

    // As long as the queues live: afterwards no trace of an abandoned group remains.
    private readonly long _keep = (long)(options.Value.ExpiresAfter + TimeSpan.FromDays(1)).TotalMilliseconds;
    private readonly long _lease = (long)options.Value.Lease.TotalMilliseconds;

    /// <summary>Enters the room, subscribes, and creates the group if it does not exist. A repeated call renews the lease.</summary>
    /// <param name="group">The group.</param>
    /// <param name="user">The member.</param>
    /// <param name="mode">The mode the group must have; null accepts any mode and makes a new group durable.</param>
    /// <param name="entry">Why the member enters.</param>
    /// <param name="generation">The generation that a missing group gets: the one that the member knew, or a new one.</param>
    /// <param name="said">The known last seqs of the member and other senders.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Conflict"/>: the group has another mode, or one that this version does not know.
    /// </exception>
    public async Task<JoinResult> JoinAsync(
        string group,
        string user,
        GroupMode? mode,
        Entry entry,
        string generation,
        IEnumerable<Said> said,
        CancellationToken cancellationToken)
    {
        var how = entry switch
        {
            Entry.New => "new",
            Entry.Again => "again",
            _ => "renew",
        };
        var answer = await redis.EvaluateAsync(
            "join-group",
            MembershipScripts.Join,
            Keys(group),
            [user, mode?.Word ?? "", _lease, _keep, generation, how, .. Pairs(said)],
            cancellationToken);
        var fields = ((string[]?)answer)!;
        return fields[0] switch
        {
            "joined" => new JoinResult(
                Mode(group, fields[1]), fields[2] == "1", fields[3] == "1", Generations(group, fields[4], fields[5]), Floors(fields.AsSpan(6))),
            "unknown" => throw new ChatException(ChatFault.Conflict, IsWord(fields[1])
                ? $"The group {group} is '{fields[1]}', which this version does not know; a newer one may."
                : $"The group {group} has a mode that no version can know; choose another name."),
            _ => throw new ChatException(
                ChatFault.Conflict, $"The group {group} is {Mode(group, fields[1])}; join it in that mode, or choose another name."),
        };
    }

    /// <summary>Renews this member's leases in several rooms by one call, as far as nothing has happened in those groups since.</summary>
    /// <returns>The groups that it renewed; <see cref="JoinAsync"/> must renew the others.</returns>
    public async Task<IReadOnlySet<string>> RenewAsync(string user, IReadOnlyList<HeldRoom> rooms, CancellationToken cancellationToken)
    {
        var answer = (int[]?)await redis.EvaluateAsync(
            "renew-rooms",
            MembershipScripts.Renew,
            [.. rooms.SelectMany(room => Keys(room.Group))],
            [user, _lease, _keep, .. rooms.SelectMany(room => new RedisValue[] { room.Mode.Word, room.Generation, room.Said.Fingerprint, room.Said.Seq })],
            cancellationToken);
        return rooms.Where((_, i) => answer![i] == 1).Select(room => room.Group).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Records senders' last seqs; does nothing if the group does not exist.</summary>
    public Task RecordAsync(string group, IEnumerable<Said> said, CancellationToken cancellationToken) =>
        redis.EvaluateAsync("record-seqs", MembershipScripts.Record, Keys(group), [_keep, .. Pairs(said)], cancellationToken);

    /// <summary>Leaves the room; the subscription is kept if the mode keeps messages.</summary>
    /// <returns>Whether the group is gone too, and nobody can be subscribed to it.</returns>
    public Task<bool> LeaveAsync(string group, string user, IEnumerable<Said> said, CancellationToken cancellationToken) =>
        LeaveAsync(group, user, "leave", said, cancellationToken);

    /// <summary>Leaves the room and unsubscribes.</summary>
    /// <returns>Whether the group is gone too, and nobody can be subscribed to it: what it has elsewhere may be deleted.</returns>
    public Task<bool> GiveUpAsync(string group, string user, IEnumerable<Said> said, CancellationToken cancellationToken) =>
        LeaveAsync(group, user, "give-up", said, cancellationToken);

    /// <summary>Describes a group; null if it does not exist.</summary>
    public async Task<DescribedGroup?> DescribeAsync(string group, CancellationToken cancellationToken)
    {
        var answer = ((string[]?)await redis.EvaluateAsync("describe-group", MembershipScripts.Describe, Keys(group), [], cancellationToken))!;
        return answer.Length == 0 ? null : new DescribedGroup(
            Mode(group, answer[0]),
            int.Parse(answer[1], CultureInfo.InvariantCulture),
            [.. Valid(answer[2], answer[3])],
            TimeSpan.FromMilliseconds(long.Parse(answer[4], CultureInfo.InvariantCulture)));
    }

    /// <summary>The members in a group's room, in alphabetical order; null if the group does not exist.</summary>
    public async Task<IReadOnlyList<string>?> ListMembersAsync(string group, CancellationToken cancellationToken)
    {
        var answer = ((string[]?)await redis.EvaluateAsync("list-members", MembershipScripts.Members, Keys(group), [], cancellationToken))!;

        // Any client can write there, so what is no name is skipped.
        return answer.Length == 0 ? null :
        [
            .. answer.Skip(1).Where(user => ChatName.TryParse(user, out var name) && name == user).Order(StringComparer.Ordinal),
        ];
    }

    private async Task<bool> LeaveAsync(string group, string user, string how, IEnumerable<Said> said, CancellationToken cancellationToken) =>
        (int)await redis.EvaluateAsync(
            "leave-group", MembershipScripts.Leave, Keys(group), [user, how, _keep, .. Pairs(said)], cancellationToken) == 1;

    private static RedisKey[] Keys(string group) =>
        [Prefix + group, $"{Prefix}{group}:subscribers", $"{Prefix}{group}:active", $"{Prefix}{group}:seqs"];

    private static IEnumerable<RedisValue> Pairs(IEnumerable<Said> said) =>
        said.Where(one => one.Seq > 0).SelectMany(one => new RedisValue[] { one.Fingerprint, one.Seq });

    private static IReadOnlyList<string> Generations(string group, string current, string earlier) => Generation.IsValid(current)
        ? [.. Valid(current, earlier)]
        : throw Unreadable(group);

    private static IEnumerable<string> Valid(string current, string earlier) =>
        earlier.Split(' ').Prepend(current).Where(Generation.IsValid).Distinct(StringComparer.Ordinal).Take(Generation.MaxKnown);

    // Any client can write there, so a value that is not a number is skipped.
    private static Dictionary<string, long> Floors(ReadOnlySpan<string> pairs)
    {
        var floors = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            if (long.TryParse(pairs[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
            {
                floors[pairs[i]] = seq;
            }
        }

        return floors;
    }

    // Any client can write there, and a word that cannot be a mode must not be shown as one.
    private static GroupMode Mode(string group, string word) => IsWord(word) ? GroupMode.Find(word)! : throw Unreadable(group);

    private static bool IsWord(string word) => GroupMode.Find(word)?.Word == word;

    private static ChatException Unreadable(string group) =>
        new(ChatFault.Unavailable, $"The name server's record of the group {group} cannot be read.");
}
