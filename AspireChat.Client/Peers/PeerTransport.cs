using System.Collections.Concurrent;
using System.Net.Security;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Opens channels to peers, each with a connection of its own, over one HTTP handler. A handler looks for due pings several times
/// per ping interval; with one for each open chat, these timers would be most of what an idle client does.
/// </summary>
internal sealed class PeerTransport : IDisposable
{
    private readonly ConcurrentDictionary<string, PeerChannel> _channels = new(StringComparer.Ordinal);
    private readonly SocketsHttpHandler _handler;

    /// <summary>Prepares the handler; nothing connects yet.</summary>
    public PeerTransport(IOptions<PeerOptions> options) => _handler = new SocketsHttpHandler
    {
        ConnectTimeout = options.Value.ConnectTimeout,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = (context, cancellationToken) => _channels.TryGetValue(context.DnsEndPoint.Host, out var channel)
            ? channel.ConnectAsync(cancellationToken)
            : throw new IOException("The channel has been closed."),
    };

    /// <summary>Prepares a channel; its first call connects.</summary>
    /// <param name="address">Where the peer listens.</param>
    /// <param name="tls">Which key it must show, and this client's own; see <see cref="PeerTls.ForClient"/>.</param>
    public PeerChannel Open(Uri address, SslClientAuthenticationOptions tls)
    {
        // Calls to different hosts never share a connection, so each channel is a host of its own to the handler.
        var alias = Guid.NewGuid().ToString("N");
        var calls = GrpcChannel.ForAddress(new UriBuilder(address) { Host = alias }.Uri, new GrpcChannelOptions
        {
            HttpHandler = new RealHost(address.Authority, _handler),
            MaxReceiveMessageSize = 64 * 1024,
        });
        return _channels[alias] = new PeerChannel(address, tls, calls, onClosed: () => _channels.TryRemove(alias, out _));
    }

    /// <inheritdoc/>
    public void Dispose() => _handler.Dispose();

    /// <summary>Names the real host in each request; telemetry takes it from there, too.</summary>
    private sealed class RealHost(string authority, HttpMessageHandler shared) : DelegatingHandler(shared)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Host = authority;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
