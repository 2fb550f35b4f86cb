using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AspireChat.Bench.Servers;

/// <summary>A Redis of this run on a free port, with an append-only file, as the system's.</summary>
internal sealed class LocalRedis : IRestartable, IAsyncDisposable
{
    /// <summary>The append-only file is flushed once a second.</summary>
    public const string EverySecond = "everysec";

    /// <summary>The append-only file is flushed before each answer.</summary>
    public const string Always = "always";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly int _port;
    private readonly string? _fsync;
    private ServerProcess? _server;
    private int _starts;

    private LocalRedis(string folder, string? fsync)
    {
        (_folder, _port, _fsync) = (folder, FreePort.Next(), fsync);
        ConnectionString = $"127.0.0.1:{_port}";
    }

    /// <summary>When an append-only file can be flushed.</summary>
    public static IReadOnlyList<string> Fsyncs { get; } = [EverySecond, Always];

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString { get; }

    /// <inheritdoc/>
    public string Name => "Redis";

    /// <inheritdoc/>
    public int ProcessId => _server?.Id ?? 0;

    /// <inheritdoc/>
    public string DataFolder => Path.Combine(_folder, "appendonlydir");

    /// <summary>Starts it in a folder and waits until it answers.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="fsync">When the append-only file is flushed; null: there is none.</param>
    public static async Task<LocalRedis> StartAsync(string folder, string? fsync = EverySecond)
    {
        var redis = new LocalRedis(folder, fsync);
        await redis.RestartAsync();
        return redis;
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        await _server!.KillAsync();
        _server = null;
    }

    /// <inheritdoc/>
    public async Task RestartAsync()
    {
        _server = await ServerProcess.StartAsync(
            Path.Combine(_folder, $"log-{++_starts}"),
            "redis-server",
            [
                "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--maxclients", "20000",
                "--appendonly", _fsync is null ? "no" : "yes", "--appendfsync", _fsync ?? EverySecond, "--save", "", "--loglevel", "warning",
            ]);
        await Wait.UntilAsync(
            AnswersAsync, Patience, "redis-server did not start; run eng/setup.sh --backends local");
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    // It listens while it still reads its file, and then refuses every command.
    private async Task<bool> AnswersAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, _port);
            using var lines = new StreamReader(probe.GetStream());
            await probe.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            return await lines.ReadLineAsync() == "+PONG";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
