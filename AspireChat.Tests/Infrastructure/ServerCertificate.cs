using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A server's certificate for the address 127.0.0.1 and for no name, from an authority that only the test knows; as PEM
/// files, which Redis and RabbitMQ read.
/// </summary>
public sealed class ServerCertificate
{
    /// <summary>Makes both certificates, each with its own key.</summary>
    /// <param name="folder">The folder of the files, kept as long as the server runs.</param>
    public ServerCertificate(TempFolder folder)
    {
        (Authority, File, Key) = (folder.File("authority.pem"), folder.File("server.pem"), folder.File("server.key"));
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));

        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // The name is unique, since of two authorities with the same name only one would be checked.
        var authority = new CertificateRequest($"CN=tests {Guid.NewGuid():N}", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var issuer = authority.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var server = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        server.CertificateExtensions.Add(names.Build());
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = server.Create(issuer, from, to, Guid.NewGuid().ToByteArray());

        System.IO.File.WriteAllText(Authority, issuer.ExportCertificatePem());
        System.IO.File.WriteAllText(File, certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The certificate of the authority, which a client must trust.</summary>
    public string Authority { get; }

    /// <summary>The server's certificate.</summary>
    public string File { get; }

    /// <summary>The server's private key, PKCS#8.</summary>
    public string Key { get; }
}
