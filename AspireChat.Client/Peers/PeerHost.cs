using System.Net;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using Microsoft.AspNetCore.Connections;
using AspireChat.Client.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// The peer port: a separate web host in this process that serves only the peers' contract, over mutual TLS. In the front
/// ends' host the peer port would serve the web page too, and explicit endpoints would make Kestrel ignore <c>--urls</c>.
/// </summary>
internal sealed class PeerHost(
    LocalPeer self,
    PeerGate gate,
    PeerGreetingInterceptor interceptor,
    PeerChatService service,
    IOptions<PeerOptions> options,
    IOptions<ChatOptions> chat,
    ILoggerFactory logging) : IHostedService, IAsyncDisposable
{
    // A full batch with room for the protobuf encoding.
    private const int MaxFrameBytes = 2 * MessageListCodec.MaxBytes;

    private WebApplication? _app;

    /// <summary>Starts to listen and publishes the address.</summary>
    /// <exception cref="ClientStartException">The address or port cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(options.Value.Address), options.Value.Port);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging).AddLogging();
        builder.Services.AddSingleton(interceptor).AddSingleton(service);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<PeerGreetingInterceptor>();
            grpc.MaxReceiveMessageSize = MaxFrameBytes;
            grpc.IgnoreUnknownServices = false;
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, endpoint));

        var app = builder.Build();
        app.MapGrpcService<PeerChatService>();
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            throw new ClientStartException(
                $"The peer port {endpoint} cannot be used ({e.Message}); set another {PeerOptions.Section}:Port or {PeerOptions.Section}:Address.");
        }

        _app = app;
        var port = new Uri(app.Urls.Single()).Port;
        self.ListensAt(new UriBuilder(Uri.UriSchemeHttps, chat.Value.AdvertisedHost, port).Uri);
    }

    /// <summary>Ends the open streams, which already know that the application is stopping, and closes the port.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Configure(KestrelServerOptions kestrel, IPEndPoint endpoint)
    {
        kestrel.AddServerHeader = false;
        // The gate limits connections: Kestrel would refuse the newest and log a line for each.
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.Value.MaxCallsPerPeer;

        // Detects a peer that vanished; a live stream may be silent for a long time.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => gate.ServeAsync(connection, next));
            listen.UseHttps(PeerTls.ForServer(self.Identity, options.Value.GreetingTimeout));

            // Kestrel would log each as an error, so strangers could fill the log; the gate counts them instead.
            listen.Use(next => connection => SpeaksHttp2(connection) ? next(connection) : Task.CompletedTask);
        });
    }

    private static bool SpeaksHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual("h2"u8) == true;
}
