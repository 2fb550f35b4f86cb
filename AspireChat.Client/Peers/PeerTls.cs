using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AspireChat.Client.Peers;

/// <summary>
/// Mutual TLS between peers. There is no authority above them: a certificate is signed by its own key, the handshake
/// proves possession of that key, and whether the key belongs to a name is decided afterwards by its fingerprint.
/// </summary>
internal static class PeerTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The answering end: demands a certificate of every caller.</summary>
    /// <param name="identity">The own identity.</param>
    /// <param name="patience">How long a handshake may take.</param>
    public static HttpsConnectionAdapterOptions ForServer(PeerIdentity identity, TimeSpan patience) => new()
    {
        ServerCertificate = identity.Certificate,
        SslProtocols = Versions,
        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (certificate, _, _) => IsPeerCertificate(certificate),
        HandshakeTimeout = patience,
    };

    /// <summary>The calling end: accepts exactly one key.</summary>
    /// <param name="identity">The own identity.</param>
    /// <param name="fingerprint">The fingerprint that the other side's key must have.</param>
    /// <param name="onKey">Called if it has that key.</param>
    /// <param name="onOtherKey">Called if it has another one, before the handshake is refused.</param>
    public static SslClientAuthenticationOptions ForClient(PeerIdentity identity, string fingerprint, Action onKey, Action onOtherKey) => new()
    {
        EnabledSslProtocols = Versions,
        ClientCertificates = [identity.Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            if (certificate is X509Certificate2 own && IsPeerCertificate(own) && Fingerprint.Of(own) == fingerprint)
            {
                onKey();
                return true;
            }

            onOtherKey();
            return false;
        },
    };

    /// <summary>Whether a certificate is of the form peers use: an ECDSA P-256 key, and within its dates.</summary>
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
            // The second is what .NET says of a curve that it does not know.
            return false;
        }
    }
}
