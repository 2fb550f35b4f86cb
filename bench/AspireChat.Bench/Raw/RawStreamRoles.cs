using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Protos.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace AspireChat.Bench.Raw;

/// <summary>The receiving end of the raw stream.</summary>
internal sealed class RawReceiverRole : Role
{
    private readonly Arrivals _arrivals = new();
    private RawStream? _server;

    public RawReceiverRole()
    {
        On<Listen, string>(async listen =>
        {
            _server = await RawStream.StartAsync(listen.File, Convert.FromBase64String(listen.Certificate), _arrivals);
            return _server.Address;
        });
        On<Expect>(expect =>
        {
            _arrivals.Expect(expect.Count);
            return Task.CompletedTask;
        });
        On<AwaitArrivals, Arrived>(wait => _arrivals.AllAsync(wait.Longest));
    }

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>Listens, and appends to a file; answers with its address.</summary>
    internal sealed record Listen(string File, string Certificate) : Request<string>;
}

/// <summary>The sending end of the raw stream.</summary>
internal sealed class RawSenderRole : Role
{
    private const int MaxBatch = 64;

    private readonly SemaphoreSlim _receipt = new(0);
    private GrpcChannel? _channel;
    private AsyncDuplexStreamingCall<DeliverFrame, Receipt>? _call;
    private ulong _seq;
    private ulong _acknowledged;

    public RawSenderRole()
    {
        On<Connect>(connect =>
        {
            _channel = Open(connect);
            _call = new PeerChat.PeerChatClient(_channel).Deliver();
            _ = Task.Run(() => ReadAsync(_call.ResponseStream));
            return Task.CompletedTask;
        });
        On<SendOneByOne>(async send =>
        {
            for (var i = 0; i < send.Count; i++)
            {
                await _call!.RequestStream.WriteAsync(Frame(1));
                await AcknowledgedAsync();
            }
        });
        On<SendAtOnce, Sent>(async send =>
        {
            var began = Stopwatch.GetTimestamp();
            for (var left = send.Count; left > 0; left -= MaxBatch)
            {
                await _call!.RequestStream.WriteAsync(Frame(Math.Min(left, MaxBatch)));
            }

            await AcknowledgedAsync();
            return new Sent(began, Stopwatch.GetTimestamp());
        });
    }

    public override async ValueTask DisposeAsync()
    {
        if (_call is not null)
        {
            await _call.RequestStream.CompleteAsync();
            _call.Dispose();
            _channel!.Dispose();
        }

        _receipt.Dispose();
    }

    private static GrpcChannel Open(Connect connect)
    {
        var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(connect.Certificate), password: null);
        return GrpcChannel.ForAddress(connect.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = [certificate],
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetRawCertData().SequenceEqual(certificate.RawData) == true,
                },
            },
        });
    }

    private async Task ReadAsync(IAsyncStreamReader<Receipt> receipts)
    {
        await foreach (var receipt in receipts.ReadAllAsync())
        {
            Volatile.Write(ref _acknowledged, receipt.StoredThrough);
            _receipt.Release();
        }
    }

    private async Task AcknowledgedAsync()
    {
        while (Volatile.Read(ref _acknowledged) < _seq)
        {
            await _receipt.WaitAsync();
        }
    }

    private DeliverFrame Frame(int count)
    {
        var batch = new MessageList { From = "alice", To = new Conversation { User = "bob" } };
        for (var i = 0; i < count; i++)
        {
            batch.Messages.Add(new ChatMessage { Id = Guid.CreateVersion7().ToString(), Seq = ++_seq, Text = Stamp.Text() });
        }

        return new DeliverFrame { Batch = batch };
    }

    /// <summary>Connects to the receiver.</summary>
    internal sealed record Connect(string Address, string Certificate) : Request<Done>;

    /// <summary>Sends frames of one message, each when the one before is acknowledged.</summary>
    internal sealed record SendOneByOne(int Count) : Request<Done>;

    /// <summary>Sends full frames, and waits for the last receipt.</summary>
    internal sealed record SendAtOnce(int Count) : Request<Sent>;
}
