using AspireChat.Bench.Servers;
using StackExchange.Redis;

namespace AspireChat.Bench.Compare;

/// <summary>
/// What Redis loses when it is killed (-9) in the middle: one writer adds numbered entries to a stream, each when the one before is
/// acknowledged. Acknowledged, but not there after the restart: lost.
/// </summary>
internal static class RedisLoss
{
    private const int Rounds = 5;
    private const string Key = "bench:loss";

    private static readonly (string Setting, string? Fsync)[] Settings =
    [
        ("appendfsync everysec", LocalRedis.EverySecond),
        ("appendfsync always", LocalRedis.Always),
        ("no append-only file", null),
    ];

    /// <summary>A killed Redis.</summary>
    /// <param name="Setting">What it puts on its disk.</param>
    /// <param name="Round">Which kill.</param>
    /// <param name="Acknowledged">Entries that it had acknowledged.</param>
    /// <param name="Lost">Those of them that were not there afterwards.</param>
    /// <param name="PerSecond">Entries that it had acknowledged in a second.</param>
    internal sealed record Row(string Setting, int Round, int Acknowledged, int Lost, double PerSecond);

    /// <summary>Measures all settings in turn, and prints a line per kill.</summary>
    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchServers servers)
    {
        var rows = new List<Row>();
        Console.WriteLine($"{"Redis killed (-9)",-24} {"round",5} {"acknowledged",14} {"of them lost",14} {"entries/s",12}");
        for (var round = 1; round <= Rounds; round++)
        {
            foreach (var (setting, fsync) in Settings)
            {
                var row = await MeasureAsync(servers.NewFolder("loss"), setting, fsync, round);
                rows.Add(row);
                Console.WriteLine($"{setting,-24} {round,5} {row.Acknowledged,14:N0} {row.Lost,14:N0} {row.PerSecond,12:N0}");
            }
        }

        return rows;
    }

    private static async Task<Row> MeasureAsync(string folder, string setting, string? fsync, int round)
    {
        await using var redis = await LocalRedis.StartAsync(folder, fsync);
        int acknowledged;

        // Longer than a second, so that a flush that comes once a second is in it, and each time at another moment.
        var writing = TimeSpan.FromMilliseconds(1_200 + Random.Shared.Next(1_000));
        await using (var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString))
        {
            var written = WriteAsync(connection.GetDatabase());
            await Task.Delay(writing);
            await redis.KillAsync();
            acknowledged = await written;
        }

        await redis.RestartAsync();
        var there = await CountThereAsync(redis, acknowledged);
        return new Row(setting, round, acknowledged, acknowledged - there, acknowledged / writing.TotalSeconds);
    }

    private static async Task<int> WriteAsync(IDatabase redis)
    {
        for (var number = 0; ; number++)
        {
            try
            {
                await redis.StreamAddAsync(Key, "number", number);
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                return number; // As many are acknowledged; this one may be there or not.
            }
        }
    }

    private static async Task<int> CountThereAsync(LocalRedis redis, int acknowledged)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var entries = await connection.GetDatabase().StreamRangeAsync(Key);
        return entries.Select(entry => (int)entry["number"]).Where(number => number < acknowledged).Distinct().Count();
    }
}
