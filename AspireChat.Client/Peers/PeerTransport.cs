using System.Collections.Concurrent;
using System.Net.Sockets;
using AspireChat.Client.Identity;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Opens channels to peers, each with a connection of its own, over one HTTP handler: a handler looks several times in a pings'
/// time whether one is due, so that with a handler for each open chat the timers would be most of what an idle client does.
/// </summary>
internal sealed class PeerTransport : IDisposable
{
    private readonly ConcurrentDictionary<string, PeerChannel> _channels = new(StringComparer.Ordinal);
    private readonly SocketsHttpHandler _handler;

    /// <summary>Prepares the handler; nothing connects yet.</summary>
    public PeerTransport(LocalPeer self, IOptions<PeerOptions> options) => _handler = new SocketsHttpHandler
    {
        ConnectTimeout = options.Value.ConnectTimeout,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = ConnectAsync,
        SslOptions = PeerTls.ForClient(
            self.Identity,
            (name, certificate) => _channels.TryGetValue(name, out var channel) && channel.Accepts(certificate)),
    };

    /// <summary>Prepares a channel; its first call connects.</summary>
    /// <param name="address">Where the peer listens.</param>
    /// <param name="fingerprint">The fingerprint that its key must have.</param>
    /// <param name="onKey">Called with the key, DER SubjectPublicKeyInfo, if the other side has it.</param>
    /// <param name="onOtherKey">Called if the other side has another key, before the handshake is refused.</param>
    public PeerChannel Open(Uri address, string fingerprint, Action<byte[]> onKey, Action onOtherKey)
    {
        // Connections whose requests name different hosts are never shared, and the handshake is told that name.
        var name = Guid.NewGuid().ToString("N");
        var calls = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new HostNaming(name, _handler),
            MaxReceiveMessageSize = 64 * 1024,
        });
        var channel = new PeerChannel(calls, fingerprint, onKey, onOtherKey, onClosed: () => _channels.TryRemove(name, out _));
        _channels[name] = channel;
        return channel;
    }

    /// <inheritdoc/>
    public void Dispose() => _handler.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return context.InitialRequestMessage.Headers.Host is { } name && _channels.TryGetValue(name, out var channel) && channel.TryUse(stream)
                ? stream
                : throw new IOException("The channel was closed while it connected.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Names a channel as the host of its requests, whatever the address is.</summary>
    private sealed class HostNaming(string name, HttpMessageHandler shared) : DelegatingHandler(shared)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Host = name;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
