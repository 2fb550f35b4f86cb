using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace AspireChat.Client.Peers;

/// <summary>A gRPC channel to one address, at which only one key may answer.</summary>
internal sealed class PeerChannel(Uri address, SslClientAuthenticationOptions tls, GrpcChannel calls, Action onClosed) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private Stream? _connection;

    /// <summary>Makes the calls.</summary>
    public CallInvoker Calls { get; } = calls.CreateCallInvoker();

    /// <summary>Connects, for the handler; only the expected key gets through the handshake.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? connection = null;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(address.IdnHost, address.Port), end.Token);
            connection = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await connection.AuthenticateAsClientAsync(tls, end.Token);
            lock (_gate)
            {
                end.Token.ThrowIfCancellationRequested();

                // The one before takes no new calls, and ends with those that it has.
                _connection = connection;
                return connection;
            }
        }
        catch (Exception e)
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            socket.Dispose();

            // The handler recognizes its own timeout by its token.
            cancellationToken.ThrowIfCancellationRequested();

            // The handler would name only the alias.
            throw new IOException($"{address.Authority} cannot be reached: {e.Message}", e);
        }
    }

    /// <summary>Ends the calls and closes the connection, which the handler would keep for later calls.</summary>
    public void Dispose()
    {
        onClosed();
        calls.Dispose();
        lock (_gate)
        {
            _closing.Cancel();
            _connection?.Dispose();
        }
    }
}
