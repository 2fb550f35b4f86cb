using System.Collections.Concurrent;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Runs before every method of the peer port: matches the claimed name to the certificate's key, limits the calls of each
/// peer, and answers with this client's greeting.
/// </summary>
internal sealed class PeerGreetingInterceptor(NameTrust trust, LocalPeer self, IOptions<PeerOptions> options) : Interceptor
{
    private static readonly object CallerKey = new();
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>The caller; only valid inside a method.</summary>
    public static PeerCaller CallerOf(ServerCallContext context) => (PeerCaller)context.UserState[CallerKey];

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var call = await EnterAsync(context);
        return await continuation(request, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var call = await EnterAsync(context);
        await continuation(requestStream, responseStream, context);
    }

    // The contract has no such methods; one that is added later must not bypass the check.
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) => throw Refuse(StatusCode.Unimplemented, "No such method.");

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) => throw Refuse(StatusCode.Unimplemented, "No such method.");

    private async Task<IDisposable> EnterAsync(ServerCallContext context)
    {
        if (context.GetHttpContext().Connection.ClientCertificate is not { } certificate || !PeerTls.IsPeerCertificate(certificate))
        {
            throw Refuse(StatusCode.Unauthenticated, "A call needs a client certificate with an ECDSA P-256 key.");
        }

        if (Greeting.Read(context.RequestHeaders) is not { } greeting)
        {
            throw Refuse(StatusCode.Unauthenticated, "A call needs a greeting: the metadata aspirechat-name and aspirechat-epoch.");
        }

        // Calls are counted per key, which is proven, before any expensive work.
        var fingerprint = Fingerprint.Of(certificate);
        var call = new OpenCall(_open, fingerprint);
        try
        {
            if (call.Count > options.Value.MaxCallsPerPeer)
            {
                throw Refuse(StatusCode.ResourceExhausted, $"A peer may have {options.Value.MaxCallsPerPeer} calls open at a time.");
            }

            if (await JudgeAsync(greeting, fingerprint, context.CancellationToken) is { } refused)
            {
                throw refused;
            }

            await trust.AddressAsync(greeting.User, certificate.PublicKey.ExportSubjectPublicKeyInfo(), greeting.SealingKey);
            context.GetHttpContext().Features.Get<PeerArrival>()?.Greet(fingerprint);
            context.UserState[CallerKey] = new PeerCaller(greeting.User, fingerprint);
            await context.WriteResponseHeadersAsync(Greeting.Of(self));
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private async Task<RpcException?> JudgeAsync(Greeting greeting, string fingerprint, CancellationToken cancellationToken) =>
        await trust.CheckAsync(greeting.User, fingerprint, greeting.Epoch, cancellationToken) switch
        {
            NameVerdict.Trusted => null,
            NameVerdict.Unclaimed => Refuse(StatusCode.PermissionDenied, "The name does not belong to this key."),
            NameVerdict.OtherKey => Refuse(StatusCode.PermissionDenied, "The name is known here with another key."),
            NameVerdict.OldEpoch => Refuse(StatusCode.PermissionDenied, "A newer registration of this name is known here."),
            NameVerdict.NotYetClaimed => Refuse(StatusCode.Unavailable, "The name server may have lost this name's claim; try again."),
            _ => Refuse(StatusCode.Unavailable, "The name server is away, so a newcomer's name cannot be checked."),
        };

    private static RpcException Refuse(StatusCode code, string sentence)
    {
        ChatTelemetry.CountRefused(code.ToString());
        return new RpcException(new Status(code, sentence));
    }

    private sealed class OpenCall : IDisposable
    {
        private readonly ConcurrentDictionary<string, int> _open;
        private readonly string _key;

        public OpenCall(ConcurrentDictionary<string, int> open, string key)
        {
            _open = open;
            _key = key;
            Count = open.AddOrUpdate(key, 1, (_, count) => count + 1);
        }

        public int Count { get; }

        public void Dispose()
        {
            // Entries at zero are removed, so that strangers' keys do not pile up.
            if (_open.AddOrUpdate(_key, 0, (_, count) => count - 1) <= 0)
            {
                _open.TryRemove(KeyValuePair.Create(_key, 0));
            }
        }
    }
}
