using System.Net;
using System.Net.Sockets;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A proxy between one client and a server on loopback. While it is shut it accepts connections and forwards nothing, like a
/// server that has not served its clients yet; the server itself works for all others.
/// </summary>
public sealed class GatedProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly Task _accepting;
    private TaskCompletionSource _opened = NewSource();

    private GatedProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>
    /// The connection string for a Redis behind it. The library tries its first connection so often that even on a slow machine
    /// the client does not mistake a shut proxy for an absent Redis.
    /// </summary>
    public string ConnectionString => $"{_listener.LocalEndpoint},connectRetry=30";

    /// <summary>Makes a proxy that is shut.</summary>
    /// <param name="port">The server's port on 127.0.0.1.</param>
    public static GatedProxy To(int port) => new(port);

    /// <summary>Forwards what waits and what comes.</summary>
    public void Open() => _opened.TrySetResult();

    /// <summary>Holds up connections from now on.</summary>
    public void Shut() => _opened = NewSource();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true)
            {
                carried.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The proxy is disposed.
        }

        await Task.WhenAll(carried);
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            using (client)
            {
                await _opened.Task.WaitAsync(_end.Token);
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                var (there, here) = (server.GetStream(), client.GetStream());
                await await Task.WhenAny(there.CopyToAsync(here, _end.Token), here.CopyToAsync(there, _end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One side has closed, so the other one is closed too.
        }
    }
}
