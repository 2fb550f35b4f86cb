using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Identity;
using Grpc.Core;
using Grpc.Net.Client;

namespace AspireChat.Client.Peers;

/// <summary>A gRPC channel to one address, at which only one key may answer.</summary>
internal sealed class PeerChannel(GrpcChannel calls, string fingerprint, Action<byte[]> onKey, Action onOtherKey, Action onClosed) : IDisposable
{
    private readonly Lock _gate = new();
    private Stream? _connection;
    private bool _isClosed;

    /// <summary>Makes the calls.</summary>
    public CallInvoker Calls { get; } = calls.CreateCallInvoker();

    /// <summary>Whether the certificate that the other side has shown has the expected key.</summary>
    public bool Accepts(X509Certificate2? certificate)
    {
        if (certificate is not null && PeerTls.IsPeerCertificate(certificate) && Fingerprint.Of(certificate) == fingerprint)
        {
            onKey(certificate.PublicKey.ExportSubjectPublicKeyInfo());
            return true;
        }

        onOtherKey();
        return false;
    }

    /// <summary>Takes over a connection, to close it with the channel.</summary>
    /// <returns>False if the channel is closed already.</returns>
    public bool TryUse(Stream connection)
    {
        lock (_gate)
        {
            // The one before takes no calls any more, or there would be no other.
            _connection = connection;
            return !_isClosed;
        }
    }

    /// <summary>Ends the calls and closes the connection, which the handler would keep for later calls.</summary>
    public void Dispose()
    {
        onClosed();
        calls.Dispose();
        lock (_gate)
        {
            _isClosed = true;
            _connection?.Dispose();
        }
    }
}
