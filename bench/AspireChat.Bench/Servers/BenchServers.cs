namespace AspireChat.Bench.Servers;

/// <summary>The servers and the folder of a run. Each server starts when the first workload needs it.</summary>
/// <param name="fsync">When Redis flushes its append-only file: one of <see cref="LocalRedis.Fsyncs"/>.</param>
internal sealed class BenchServers(string fsync = LocalRedis.EverySecond) : IAsyncDisposable
{
    private LocalRedis? _redis;
    private LocalRabbitMq? _rabbit;
    private int _names;

    /// <summary>The folder of this run; deleted with it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("aspirechat-bench-").FullName;

    /// <summary>The version of RabbitMQ; null if it was not needed.</summary>
    public string? RabbitVersion { get; private set; }

    /// <summary>The name server.</summary>
    public async Task<LocalRedis> RedisAsync() => _redis ??= await LocalRedis.StartAsync(NewFolder("redis"), fsync);

    /// <summary>The broker.</summary>
    public async Task<LocalRabbitMq> RabbitAsync()
    {
        _rabbit ??= await LocalRabbitMq.StartAsync(NewFolder("rabbitmq"));
        RabbitVersion = _rabbit.Version;
        return _rabbit;
    }

    /// <summary>A name that nothing else has: a user's name belongs to the key that had it first.</summary>
    public string NewName(string stem) => $"{stem}-{++_names}";

    /// <summary>A new empty folder.</summary>
    public string NewFolder(string stem) => Directory.CreateDirectory(Path.Combine(Folder, NewName(stem))).FullName;

    /// <summary>Ends the servers, so that the next workload finds empty ones.</summary>
    public async Task StopAsync()
    {
        if (_rabbit is not null)
        {
            await _rabbit.DisposeAsync();
            _rabbit = null;
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
            _redis = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Wait.UntilAsync(() => Task.FromResult(TryDelete()), TimeSpan.FromSeconds(10), $"{Folder} could not be deleted");
    }

    // The last process of a killed server may still write for a moment.
    private bool TryDelete()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
