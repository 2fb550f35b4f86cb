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

    /// <summary>The client side: accepts exactly one key.</summary>
    /// <param name="identity">This client's identity.</param>
    /// <param name="host">The host of the address.</param>
    /// <param name="fingerprint">The fingerprint that the other side's key must have.</param>
    /// <param name="onKey">Called with the key, DER SubjectPublicKeyInfo, if the other side has it.</param>
    /// <param name="onOtherKey">Called if the other side has another key, before the handshake is refused.</param>
    public static SslClientAuthenticationOptions ForClient(
        PeerIdentity identity, string host, string fingerprint, Action<byte[]> onKey, Action onOtherKey) => new()
    {
        EnabledSslProtocols = Versions,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        TargetHost = host,
        ClientCertificates = [identity.Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => identity.Certificate,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            if (certificate is X509Certificate2 own && IsPeerCertificate(own) && Fingerprint.Of(own) == fingerprint)
            {
                onKey(own.PublicKey.ExportSubjectPublicKeyInfo());
                return true;
            }

            onOtherKey();
            return false;
        },
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
