using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace AspireChat.Bench;

/// <summary>A Redis of its own on a free port, and a folder that goes with it.</summary>
public sealed class LocalRedis : IAsyncDisposable
{
    private readonly Process _server;

    private LocalRedis(Process server, int port, string folder) => (_server, ConnectionString, Folder) = (server, $"127.0.0.1:{port}", folder);

    public string ConnectionString { get; }

    /// <summary>For data of the clients, too.</summary>
    public string Folder { get; }

    public static async Task<LocalRedis> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("aspirechat-bench-").FullName;
        var port = FreePort();
        var server = Process.Start(new ProcessStartInfo(
            "redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--loglevel", "warning"])
        {
            RedirectStandardOutput = true,
        })!;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return new LocalRedis(server, port, folder);
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        server.Kill();
        throw new InvalidOperationException("redis-server did not start within 5 s; run eng/setup.sh --backends local.");
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
