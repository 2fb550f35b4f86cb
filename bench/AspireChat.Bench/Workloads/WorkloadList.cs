using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>All workloads, by the names that the command line knows.</summary>
internal static class WorkloadList
{
    private static readonly int[] Crowds = [10, 100, 300];

    /// <summary>A workload that can be made.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="IsSmall">Whether it belongs to a quick run.</param>
    /// <param name="Make">Makes it.</param>
    internal sealed record Entry(string Name, bool IsSmall, Func<BenchServers, bool, Workload> Make);

    /// <summary>In the order of a run.</summary>
    public static IReadOnlyList<Entry> All { get; } =
    [
        new("private-latency", true, (servers, isQuick) => new PrivateLatency(servers, isQuick)),
        new("private-throughput", true, (servers, isQuick) => new PrivateThroughput(servers, isQuick)),
        .. Crowds.Select(members => new Entry(
            $"group-durable-{members}", members == 10, (servers, isQuick) => new GroupChat(servers, isQuick, "durable", members))),
        .. Crowds.Select(members => new Entry(
            $"group-transient-{members}", members == 10, (servers, isQuick) => new GroupChat(servers, isQuick, "transient", members))),
        .. Crowds.Select(users => new Entry($"survey-{users}", users == 10, (servers, isQuick) => new Survey(servers, isQuick, users))),
        new("api", true, (servers, isQuick) => new ApiCalls(servers, isQuick)),
        new("client", true, (servers, isQuick) => new ClientCosts(servers, isQuick)),
        .. Crowds.Append(1_000).Select(users => new Entry(
            $"redis-{users}", users == 10, (servers, isQuick) => new RedisCosts(servers, isQuick, users))),
        new("history", true, (servers, isQuick) => new History(servers, isQuick)),
        new("catch-up", true, (servers, isQuick) => new CatchUp(servers, isQuick)),
    ];
}
