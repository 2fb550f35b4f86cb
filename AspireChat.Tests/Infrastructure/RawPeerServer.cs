using System.Net;
using AspireChat.Protos.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>The peer port of a <see cref="RawPeer"/>: it takes every call and answers as the test says, rightly or wrongly.</summary>
public sealed class RawPeerServer : PeerChat.PeerChatBase, IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _calls;
    private int _connections;

    private RawPeerServer(RawPeer peer)
    {
        OnDeliver = (frames, receipts, context) => AcceptAsync(peer, frames, receipts, context);
        OnOpen = async context =>
        {
            await context.WriteResponseHeadersAsync(peer.Greeting());
            return new OpenChatReply { Decision = OpenChatReply.Types.Decision.Accepted };
        };

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => CountAsync(next, connection));
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = peer.Certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            });
        }));
        _app = builder.Build();
        _app.MapGrpcService<RawPeerServer>();
    }

    /// <summary>The address on which it listens.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>How many calls have come.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>How many connections are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Handles a request for a chat; accepts by default.</summary>
    public Func<ServerCallContext, Task<OpenChatReply>> OnOpen { get; set; }

    /// <summary>Handles a stream; takes and acknowledges everything by default.</summary>
    public Func<IAsyncStreamReader<DeliverFrame>, IServerStreamWriter<Receipt>, ServerCallContext, Task> OnDeliver { get; set; }

    /// <summary>Starts listening on a free port.</summary>
    public static async Task<RawPeerServer> StartAsync(RawPeer peer)
    {
        var server = new RawPeerServer(peer);
        await server._app.StartAsync();
        return server;
    }

    public override Task<OpenChatReply> OpenChat(OpenChatRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        return OnOpen(context);
    }

    public override Task Deliver(
        IAsyncStreamReader<DeliverFrame> requestStream, IServerStreamWriter<Receipt> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        return OnDeliver(requestStream, responseStream, context);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private static async Task AcceptAsync(
        RawPeer peer, IAsyncStreamReader<DeliverFrame> frames, IServerStreamWriter<Receipt> receipts, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(peer.Greeting());
        await receipts.WriteAsync(new Receipt());
        while (await frames.MoveNext(context.CancellationToken))
        {
            await receipts.WriteAsync(new Receipt { StoredThrough = frames.Current.Batch.Messages[^1].Seq });
        }
    }
}
