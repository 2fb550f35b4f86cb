using System.Globalization;
using AspireChat.Client.Groups;
using AspireChat.Client.Groups.Logs;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>A log at Redis stays within its bounds, whatever is written to it.</summary>
public sealed class RedisLogTests
{
    private const long Limit = 1024 * 1024;
    private const string Log = "chat:log:chess:1";

    [Fact]
    public async Task The_memory_of_a_log_is_bounded_however_its_entries_differ_in_size()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var log = Open(connection, new GroupOptions { MaxRedisLogBytes = Limit });
        foreach (var size in Enumerable.Repeat(300, 600).Concat(Enumerable.Repeat(130_000, 60)).Concat(Enumerable.Repeat(300, 200)).Append(130_000))
        {
            await log.AppendAsync(Log, new byte[size], CancellationToken.None);
            Assert.InRange((long)await redis.ExecuteAsync("MEMORY", "USAGE", Log, "SAMPLES", "0"), 1, Limit + 64_000);
        }

        // The newest entry stays even if it is larger than everything may be.
        var largest = new byte[(2 * Limit) + 1];
        await log.AppendAsync(Log, largest, CancellationToken.None);
        var last = await RedisLog.FindLastAsync(connection.GetDatabase(), Log);
        Assert.Equal(largest.Length, last!.Value.Body.Length);
        Assert.Equal(1, (long)await redis.ExecuteAsync("XLEN", Log));
    }

    [Fact]
    public async Task Entries_go_by_age_and_an_abandoned_log_expires()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var options = new GroupOptions { ExpiresAfter = TimeSpan.FromMinutes(1) };
        var old = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds();
        for (var i = 0; i < 500; i++)
        {
            await redis.ExecuteAsync("XADD", Log, (old + i).ToString(CultureInfo.InvariantCulture), "batch", "old");
        }

        await Open(connection, options).AppendAsync(Log, [1], CancellationToken.None);

        // Redis drops whole nodes of a hundred entries.
        Assert.InRange((long)await redis.ExecuteAsync("XLEN", Log), 1, 100);
        Assert.InRange((long)await redis.ExecuteAsync("PTTL", Log), 1, (long)(options.ExpiresAfter + TimeSpan.FromDays(1)).TotalMilliseconds);
    }

    private static RedisLog Open(IConnectionMultiplexer connection, GroupOptions options) => new(
        new RedisConnection(() => connection, Options.Create(new RedisOptions()), TimeProvider.System), Options.Create(options));
}
