using System.Globalization;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>All workloads, by the names that the command line knows.</summary>
internal static class WorkloadList
{
    private static readonly int[] Crowds = [10, 100, 300];

    // Each can be asked for with any size up to its largest, such as survey-25.
    private static readonly Dictionary<string, Family> Families = new()
    {
        ["group-durable"] = new(500, (servers, isQuick, members) => new GroupChat(servers, isQuick, "durable", members)),
        ["group-transient"] = new(500, (servers, isQuick, members) => new GroupChat(servers, isQuick, "transient", members)),
        ["survey"] = new(500, (servers, isQuick, users) => new Survey(servers, isQuick, users)),
        ["client"] = new(200, (servers, isQuick, chats) => new ClientCosts(servers, isQuick, chats)),
        ["redis"] = new(1_000, (servers, isQuick, users) => new RedisCosts(servers, isQuick, users)),
    };

    /// <summary>A workload that can be made.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="IsSmall">Whether it belongs to a quick run.</param>
    /// <param name="Make">Makes it.</param>
    internal sealed record Entry(string Name, bool IsSmall, Func<BenchServers, bool, Workload> Make);

    /// <summary>Those of a whole run, in its order.</summary>
    public static IReadOnlyList<Entry> All { get; } =
    [
        new("private-latency", true, (servers, isQuick) => new PrivateLatency(servers, isQuick)),
        new("private-throughput", true, (servers, isQuick) => new PrivateThroughput(servers, isQuick)),
        .. Crowds.Select(members => Sized("group-durable", members)),
        .. Crowds.Select(members => Sized("group-transient", members)),
        .. Crowds.Select(users => Sized("survey", users)),
        new("api", true, (servers, isQuick) => new ApiCalls(servers, isQuick)),
        new("client", true, (servers, isQuick) => new ClientCosts(servers, isQuick, isQuick ? 10 : 50)),
        .. Crowds.Append(1_000).Select(users => Sized("redis", users)),
        new("history", true, (servers, isQuick) => new History(servers, isQuick)),
        new("catch-up", true, (servers, isQuick) => new CatchUp(servers, isQuick)),
    ];

    /// <summary>What can be asked for, for the help.</summary>
    public static string Names => string.Join(
        ", ", All.Select(entry => entry.Name).Concat(Families.Select(family => $"{family.Key}-N with N from 1 to {family.Value.Most}")));

    /// <summary>The workload of a name, or null.</summary>
    public static Entry? Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name) ?? (SizeOf(name) is var (family, size) ? Sized(family, size) : null);

    /// <summary>The family of a workload that has a size, and the size; null if it has none.</summary>
    public static (string Family, int Size)? SizeOf(string name) =>
        name.LastIndexOf('-') is > 0 and var dash
        && Families.TryGetValue(name[..dash], out var family)
        && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
        && size >= 1
        && size <= family.Most
            ? (name[..dash], size)
            : null;

    private static Entry Sized(string family, int size) =>
        new($"{family}-{size}", size == Crowds[0], (servers, isQuick) => Families[family].Make(servers, isQuick, size));

    private sealed record Family(int Most, Func<BenchServers, bool, int, Workload> Make);
}
