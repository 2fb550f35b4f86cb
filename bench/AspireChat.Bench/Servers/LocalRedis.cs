using System.Globalization;

namespace AspireChat.Bench.Servers;

/// <summary>A Redis of this run on a free port, with an append-only file, as the system's.</summary>
internal sealed class LocalRedis : IAsyncDisposable
{
    private readonly ServerProcess _server;

    private LocalRedis(ServerProcess server, int port) => (_server, ConnectionString) = (server, $"127.0.0.1:{port}");

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString { get; }

    /// <summary>The id of its process.</summary>
    public int ProcessId => _server.Id;

    /// <summary>Starts it in a folder and waits until it listens.</summary>
    public static async Task<LocalRedis> StartAsync(string folder)
    {
        var port = FreePort.Next();
        var server = await ServerProcess.StartAsync(
            Path.Combine(folder, "log"),
            "redis-server",
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder, "--maxclients", "20000",
                "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--loglevel", "warning",
            ]);
        await Wait.UntilAsync(
            () => FreePort.ListensAsync(port), TimeSpan.FromSeconds(10), "redis-server did not start; run eng/setup.sh --backends local");
        return new LocalRedis(server, port);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
