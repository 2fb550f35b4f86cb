using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Win32.SafeHandles;

namespace AspireChat.Bench;

/// <summary>
/// The limit of this machine for the same promise: the same frames over the same kind of stream (gRPC, mutual TLS), appended to a
/// file that is flushed to the disk before the receipt leaves, by nobody who knows anything of a chat.
/// </summary>
public sealed class RawStream : PeerChat.PeerChatBase, IDisposable
{
    private const int MaxBatch = 64;
    private const int Window = 32;

    private readonly SafeFileHandle _file;
    private readonly SemaphoreSlim _stored = new(0);
    private long _end;

    private RawStream(SafeFileHandle file) => _file = file;

    public static async Task<Figures> MeasureAsync(int singles, int messages, int length)
    {
        var folder = Directory.CreateTempSubdirectory("aspirechat-bench-");
        using var file = File.OpenHandle(Path.Combine(folder.FullName, "raw"), FileMode.CreateNew, FileAccess.Write);
        using var certificate = SelfSigned();
        using var server = new RawStream(file);
        await using var app = await StartAsync(server, certificate);
        using var channel = GrpcChannel.ForAddress(app.Urls.Single(), new GrpcChannelOptions
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
        var figures = await server.MeasureAsync(new PeerChat.PeerChatClient(channel), singles, messages, length);
        await app.StopAsync();
        folder.Delete(recursive: true);
        return figures;
    }

    public void Dispose() => _stored.Dispose();

    public override async Task Deliver(
        IAsyncStreamReader<DeliverFrame> requestStream, IServerStreamWriter<Receipt> responseStream, ServerCallContext context)
    {
        // What has come while the disk was busy shares the next flush.
        var waiting = Channel.CreateBounded<MessageList>(Window);
        var storing = Task.Run(async () =>
        {
            while (await waiting.Reader.WaitToReadAsync())
            {
                var last = 0UL;
                var count = 0;
                while (waiting.Reader.TryRead(out var batch))
                {
                    var bytes = batch.ToByteArray();
                    RandomAccess.Write(_file, bytes, _end);
                    _end += bytes.Length;
                    last = batch.Messages[^1].Seq;
                    count += batch.Messages.Count;
                }

                RandomAccess.FlushToDisk(_file);
                _stored.Release(count);
                await responseStream.WriteAsync(new Receipt { StoredThrough = last });
            }
        });
        await foreach (var frame in requestStream.ReadAllAsync())
        {
            await waiting.Writer.WriteAsync(frame.Batch);
        }

        waiting.Writer.Complete();
        await storing;
    }

    private async Task<Figures> MeasureAsync(PeerChat.PeerChatClient client, int singles, int messages, int length)
    {
        using var call = client.Deliver();
        var text = new string('x', length);
        var seq = 0UL;
        var acknowledged = 0UL;
        var receipt = new SemaphoreSlim(0);
        var reading = Task.Run(async () =>
        {
            await foreach (var one in call.ResponseStream.ReadAllAsync())
            {
                Volatile.Write(ref acknowledged, one.StoredThrough);
                receipt.Release();
            }
        });

        var times = new List<TimeSpan>(singles);
        for (var i = -singles / 10; i < singles; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await call.RequestStream.WriteAsync(Frame(1));
            await _stored.WaitAsync();
            var took = Stopwatch.GetElapsedTime(start);
            await receipt.WaitAsync();
            if (i >= 0)
            {
                times.Add(took);
            }
        }

        var began = Stopwatch.GetTimestamp();
        for (var left = messages; left > 0; left -= MaxBatch)
        {
            await call.RequestStream.WriteAsync(Frame(Math.Min(left, MaxBatch)));
        }

        while (Volatile.Read(ref acknowledged) < seq)
        {
            await receipt.WaitAsync();
        }

        var together = Stopwatch.GetElapsedTime(began);
        await call.RequestStream.CompleteAsync();
        await reading;
        return Figures.Of(times, messages, together);

        DeliverFrame Frame(int count)
        {
            var batch = new MessageList { From = "alice", To = new Protos.V1.Conversation { User = "bob" } };
            for (var i = 0; i < count; i++)
            {
                batch.Messages.Add(new Protos.V1.ChatMessage { Id = Guid.CreateVersion7().ToString(), Seq = ++seq, Text = text });
            }

            return new DeliverFrame { Batch = batch };
        }
    }

    private static async Task<WebApplication> StartAsync(RawStream server, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(server);
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            });
        }));
        var app = builder.Build();
        app.MapGrpcService<RawStream>();
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=raw", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
