using AspireChat.Bench.Processes;
using StackExchange.Redis;

namespace AspireChat.Bench.Raw;

/// <summary>The least heartbeat: every five seconds each user sets a key that expires, over a connection of its own.</summary>
internal sealed class RawHeartbeatRole : Processes.Role
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly List<ConnectionMultiplexer> _connections = [];
    private readonly List<Task> _beating = [];

    public RawHeartbeatRole() => On<Start>(async start =>
    {
        foreach (var name in start.Names)
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(start.Redis);
            _connections.Add(connection);
            _beating.Add(BeatAsync(connection.GetDatabase(), name));
        }
    });

    public override async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _end.Dispose();
    }

    private async Task BeatAsync(IDatabase redis, string name)
    {
        using var timer = new PeriodicTimer(Every);
        do
        {
            await redis.StringSetAsync($"bench:{name}", "https://127.0.0.1:9", Lease);
        }
        while (await timer.WaitForNextTickAsync(_end.Token));
    }

    /// <summary>Starts the heartbeats of users.</summary>
    internal sealed record Start(string[] Names, string Redis) : Request<Done>;
}
