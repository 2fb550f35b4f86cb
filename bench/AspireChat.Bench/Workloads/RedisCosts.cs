using System.Diagnostics;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>The processor time that Redis needs for users who do nothing. Raw and product have a Redis each.</summary>
internal sealed class RedisCosts(BenchServers servers, bool isQuick, int users) : Workload(servers, isQuick)
{
    private const string What = "processor time of Redis";
    private const int PerProcess = 250;

    // The least that the system counts.
    private const double Tick = 10;

    private LocalRedis? _rawRedis;

    public override IReadOnlyList<Row> Rows { get; } = [new(What, "ms/s", Goal.AtMost(5))];

    public override bool WarmsUp => false;

    // Whole rounds of heartbeats, which come every five seconds.
    private TimeSpan Window => TimeSpan.FromSeconds(IsQuick ? 5 : 15);

    public override async Task PrepareAsync()
    {
        _rawRedis = Keep(await LocalRedis.StartAsync(Servers.NewFolder("raw-redis")));
        var names = Enumerable.Range(0, users).Select(_ => Servers.NewName("p")).ToList();
        Keep(await Crowd.StartAsync<RawHeartbeatRole>(
            names, (process, part) => process.AskAsync(new RawHeartbeatRole.Start(part, _rawRedis.ConnectionString)), PerProcess));
        var place = new Place((await Servers.RedisAsync()).ConnectionString, Rabbit: null, Servers.NewFolder("presence"));
        Keep(await Crowd.StartAsync<PresenceRole>(
            names, (process, part) => process.AskAsync(new PresenceRole.Start(part, place)), PerProcess));

        // Each has told the others that it has come.
        await Task.Delay(TimeSpan.FromSeconds(5));
    }

    public override Task<Sample> MeasureRawAsync() => MeasureAsync(_rawRedis!);

    public override async Task<Sample> MeasureProductAsync() => await MeasureAsync(await Servers.RedisAsync());

    private async Task<Sample> MeasureAsync(LocalRedis redis)
    {
        using var process = Process.GetProcessById(redis.ProcessId);
        var before = process.TotalProcessorTime;
        await Task.Delay(Window);
        process.Refresh();
        return new Sample().Add(What, Math.Max((process.TotalProcessorTime - before).TotalMilliseconds, Tick) / Window.TotalSeconds);
    }
}
