using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A peer that is not AspireChat's client: it has its own key and claim, and its calls may break every rule.</summary>
public sealed class RawPeer : IDisposable
{
    private readonly List<GrpcChannel> _channels = [];

    /// <summary>Makes a peer with a new key.</summary>
    /// <param name="name">The name in its greetings.</param>
    /// <param name="curve">The curve of its key; P-256 if null.</param>
    /// <param name="validFor">How long its certificate is valid, from an hour before its end or from now; an hour if null.</param>
    public RawPeer(string name, ECCurve? curve = null, TimeSpan? validFor = null)
    {
        Name = name;
        using var key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var end = DateTimeOffset.UtcNow + (validFor ?? TimeSpan.FromHours(1));
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(end - TimeSpan.FromHours(2), end);
        Certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        Fingerprint = Client.Identity.Fingerprint.Of(Certificate);
    }

    /// <summary>The name in its greetings.</summary>
    public string Name { get; }

    /// <summary>Its certificate, with the private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The fingerprint of its key.</summary>
    public string Fingerprint { get; }

    /// <summary>The epoch in its greetings.</summary>
    public long Epoch { get; set; } = 1;

    /// <summary>Claims its name at the name server as a client would, replacing any other claim.</summary>
    public Task ClaimAsync(RedisServer redis) => redis.ExecuteAsync(
        "HSET", $"chat:claim:{Name}", "fingerprint", Fingerprint, "epoch", Epoch.ToString(CultureInfo.InvariantCulture));

    /// <summary>Claims its name and stays listed as online without renewals.</summary>
    /// <param name="redis">The name server.</param>
    /// <param name="address">The address in its record, its own or another peer's.</param>
    public async Task RegisterAsync(RedisServer redis, string address)
    {
        await ClaimAsync(redis);
        await redis.ExecuteAsync("DEL", $"chat:peer:{Name}");
        await redis.ExecuteAsync(
            "HSET",
            $"chat:peer:{Name}",
            "address",
            address,
            "fingerprint",
            Fingerprint,
            "epoch",
            Epoch.ToString(CultureInfo.InvariantCulture),
            "lease",
            "none",
            "since",
            "1700000000000");
        await redis.ExecuteAsync("ZADD", "chat:peers", "99999999999999", Name);
    }

    /// <summary>The greeting of its calls.</summary>
    /// <param name="name">Another name than its own.</param>
    public Metadata Greeting(string? name = null) => new()
    {
        { "aspirechat-name", name ?? Name },
        { "aspirechat-epoch", Epoch.ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>Connects to a peer port and accepts any key there.</summary>
    /// <param name="address">The peer address, or the same with <c>http</c> for a connection without TLS.</param>
    /// <param name="withCertificate">Whether it sends its certificate.</param>
    public PeerChat.PeerChatClient Connect(string address, bool withCertificate = true)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, SslOptions = Tls(withCertificate) },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return new PeerChat.PeerChatClient(channel);
    }

    /// <summary>Asks a peer to open a chat.</summary>
    /// <returns>The status of the call; OK only if the chat was accepted.</returns>
    public async Task<Status> OpenChatAsync(PeerChat.PeerChatClient client, Metadata? greeting = null)
    {
        try
        {
            var reply = await client.OpenChatAsync(
                new OpenChatRequest(), greeting ?? Greeting(), DateTime.UtcNow + Until.Patience);
            return reply.Decision == OpenChatReply.Types.Decision.Accepted
                ? Status.DefaultSuccess
                : new Status(StatusCode.Unknown, $"{reply.Decision}");
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    /// <summary>Opens a stream of deliveries.</summary>
    public RawStream Deliver(PeerChat.PeerChatClient client, Metadata? greeting = null) =>
        new(client.Deliver(greeting ?? Greeting()));

    /// <summary>A batch of texts that keeps every rule.</summary>
    /// <param name="to">The receiving user.</param>
    /// <param name="firstSeq">The seq of the first text; the others follow.</param>
    /// <param name="texts">The texts.</param>
    public MessageList Batch(string to, ulong firstSeq, params IEnumerable<string> texts)
    {
        var list = new MessageList { From = Name, To = new Conversation { User = to } };
        foreach (var text in texts)
        {
            list.Messages.Add(new ChatMessage
            {
                Id = Guid.CreateVersion7().ToString(),
                Seq = firstSeq++,
                Text = text,
                SentAt = Timestamp.FromDateTime(DateTime.UtcNow),
            });
        }

        return list;
    }

    /// <summary>Its TLS options.</summary>
    public SslClientAuthenticationOptions Tls(bool withCertificate = true) => new()
    {
        TargetHost = "127.0.0.1",
        LocalCertificateSelectionCallback = withCertificate ? (_, _, _, _, _) => Certificate : null,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        Certificate.Dispose();
    }
}

/// <summary>A stream of deliveries of a <see cref="RawPeer"/>.</summary>
public sealed class RawStream(AsyncDuplexStreamingCall<DeliverFrame, Receipt> call) : IDisposable
{
    /// <summary>Sends a batch.</summary>
    public Task SendAsync(MessageList batch) => call.RequestStream.WriteAsync(new DeliverFrame { Batch = batch }).DefaultTimeout();

    /// <summary>Sends a frame without a batch.</summary>
    public Task SendNothingAsync() => call.RequestStream.WriteAsync(new DeliverFrame()).DefaultTimeout();

    /// <summary>The next receipt.</summary>
    /// <exception cref="RpcException">The other side ended the stream with an error.</exception>
    public async Task<Receipt> NextReceiptAsync() =>
        await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout()
            ? call.ResponseStream.Current
            : throw new InvalidOperationException("The stream ended without an error.");

    /// <summary>Reads receipts until everything up to a seq is stored.</summary>
    public async Task UntilStoredAsync(ulong seq)
    {
        while ((await NextReceiptAsync()).StoredThrough < seq)
        {
        }
    }

    /// <summary>Reads all remaining receipts.</summary>
    /// <returns>The status at the end of the stream.</returns>
    public async Task<Status> EndAsync()
    {
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).DefaultTimeout())
            {
            }

            return call.GetStatus();
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    /// <summary>Completes its side of the stream.</summary>
    public Task CompleteAsync() => call.RequestStream.CompleteAsync();

    public void Dispose() => call.Dispose();
}
