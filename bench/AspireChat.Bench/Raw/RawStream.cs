using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using AspireChat.Bench.Load;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Win32.SafeHandles;

namespace AspireChat.Bench.Raw;

/// <summary>
/// The limit of this machine for the same promise as a private chat's: the same frames over the same kind of stream (gRPC,
/// mutual TLS), appended to a file that is flushed to the disk before the receipt leaves, by nobody who knows anything of a chat.
/// </summary>
internal sealed class RawStream : PeerChat.PeerChatBase, IAsyncDisposable
{
    private const int Window = 32;

    private readonly SafeFileHandle _file;
    private readonly Arrivals _stored;
    private WebApplication? _app;
    private long _end;

    private RawStream(SafeFileHandle file, Arrivals stored) => (_file, _stored) = (file, stored);

    /// <summary>Where it listens.</summary>
    public string Address => _app!.Urls.Single();

    /// <summary>Listens.</summary>
    /// <param name="file">The file to append to.</param>
    /// <param name="certificate">The PKCS#12 of both ends.</param>
    /// <param name="stored">Counts what is on the disk.</param>
    public static async Task<RawStream> StartAsync(string file, byte[] certificate, Arrivals stored)
    {
        var server = new RawStream(File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write), stored);
        server._app = await StartAsync(server, X509CertificateLoader.LoadPkcs12(certificate, password: null));
        return server;
    }

    /// <summary>Makes a certificate for both ends, as PKCS#12.</summary>
    public static byte[] MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=raw", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.Export(X509ContentType.Pkcs12);
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _file.Dispose();
    }

    public override async Task Deliver(
        IAsyncStreamReader<DeliverFrame> requestStream, IServerStreamWriter<Receipt> responseStream, ServerCallContext context)
    {
        // What has come while the disk was busy shares the next flush.
        var waiting = Channel.CreateBounded<MessageList>(Window);
        var storing = Task.Run(async () =>
        {
            var flushed = new List<MessageList>(Window);
            while (await waiting.Reader.WaitToReadAsync())
            {
                while (flushed.Count < Window && waiting.Reader.TryRead(out var batch))
                {
                    var bytes = batch.ToByteArray();
                    RandomAccess.Write(_file, bytes, _end);
                    _end += bytes.Length;
                    flushed.Add(batch);
                }

                RandomAccess.FlushToDisk(_file);
                foreach (var message in flushed.SelectMany(batch => batch.Messages))
                {
                    _stored.Note(Stamp.Age(message.Text));
                }

                await responseStream.WriteAsync(new Receipt { StoredThrough = flushed[^1].Messages[^1].Seq });
                flushed.Clear();
            }
        });
        try
        {
            await foreach (var frame in requestStream.ReadAllAsync())
            {
                await waiting.Writer.WriteAsync(frame.Batch);
            }
        }
        finally
        {
            waiting.Writer.Complete();
            await storing;
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
}
