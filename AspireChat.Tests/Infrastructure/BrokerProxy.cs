using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A proxy between one client and a RabbitMQ on loopback that makes a fault at the moment of a certain publish, which a test
/// cannot hit by killing or freezing the broker itself.
/// </summary>
public sealed class BrokerProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _target;
    private readonly byte[] _awaited;
    private readonly bool _isCutting;
    private readonly Task _accepting;
    private TaskCompletionSource _flows = NewSource();
    private int _faultCount;

    private BrokerProxy(string target, string exchange, string routingKey, bool isCutting)
    {
        (_target, _isCutting) = (new Uri(target), isCutting);

        // Class 60, method 40, two reserved bytes, and two short strings
        // (https://www.rabbitmq.com/amqp-0-9-1-reference#basic.publish).
        _awaited = [0, 60, 0, 40, 0, 0, (byte)exchange.Length, .. Encoding.ASCII.GetBytes(exchange), (byte)routingKey.Length, .. Encoding.ASCII.GetBytes(routingKey)];
        _flows.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The connection string for the same virtual host through this proxy.</summary>
    public string ConnectionString => new UriBuilder(_target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri.AbsoluteUri;

    /// <summary>How many faults it has made.</summary>
    public int FaultCount => Volatile.Read(ref _faultCount);

    /// <summary>Whether it only forwards and makes no more faults.</summary>
    public bool OnlyForwards { get; set; }

    /// <summary>Makes a proxy that closes a connection at this publish; other connections stay.</summary>
    public static BrokerProxy Cutting(string target, string exchange, string routingKey) =>
        new(target, exchange, routingKey, isCutting: true);

    /// <summary>Makes a proxy that forwards nothing on any connection after this publish, like a frozen broker.</summary>
    public static BrokerProxy Freezing(string target, string exchange, string routingKey) =>
        new(target, exchange, routingKey, isCutting: false);

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
                await server.ConnectAsync(IPAddress.Loopback, _target.Port, _end.Token);
                var (there, here) = (server.GetStream(), client.GetStream());
                await await Task.WhenAny(CarryAsync(there, here, isSent: false), CarryAsync(here, there, isSent: true));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One side has closed, so the other one is closed too.
        }
    }

    private async Task CarryAsync(NetworkStream from, NetworkStream to, bool isSent)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            // The client writes a publish at once, so one read contains it.
            if (isSent && !OnlyForwards && buffer.AsSpan(0, read).IndexOf(_awaited) >= 0)
            {
                Interlocked.Increment(ref _faultCount);
                if (_isCutting)
                {
                    return;
                }

                _flows = NewSource();
            }

            await _flows.Task.WaitAsync(_end.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}
