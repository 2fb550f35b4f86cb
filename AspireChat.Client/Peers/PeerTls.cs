using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AspireChat.Client.Peers;

/// <summary>
/// Mutual TLS between peers. There is no certificate authority: each certificate is self-signed, the handshake proves
/// possession of its key, and the fingerprint later decides whether the key belongs to a name.
/// </summary>
internal static class PeerTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The server side: requires a certificate of every caller.</summary>
    /// <param name="identity">This client's identity.</param>
    /// <param name="patience">How long a handshake may take.</param>
    public static HttpsConnectionAdapterOptions ForServer(PeerIdentity identity, TimeSpan patience) => new()
    {
        ServerCertificate = identity.Certificate,
        SslProtocols = Versions,
        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (certificate, _, _) => IsPeerCertificate(certificate),
        HandshakeTimeout = patience,
    };

    /// <summary>The client side.</summary>
    /// <param name="identity">This client's identity.</param>
    /// <param name="accepts">Whether a certificate is the expected one for the host of that name.</param>
    public static SslClientAuthenticationOptions ForClient(PeerIdentity identity, Func<string, X509Certificate2?, bool> accepts) => new()
    {
        EnabledSslProtocols = Versions,
        ClientCertificates = [identity.Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,

        // Each connection proves its key anew.
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (stream, certificate, _, _) =>
            stream is SslStream { TargetHostName: { } host } && accepts(host, certificate as X509Certificate2),
    };

    /// <summary>Whether a certificate has the form that peers use: an ECDSA P-256 key, within its validity dates.</summary>
    public static bool IsPeerCertificate(X509Certificate2 certificate)
    {
        var now = DateTime.Now;
        if (now < certificate.NotBefore || now > certificate.NotAfter)
        {
            return false;
        }

        try
        {
            using var key = certificate.GetECDsaPublicKey();
            return key is not null && P256.Has(key);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // .NET throws the second for a curve that it does not know.
            return false;
        }
    }
}
