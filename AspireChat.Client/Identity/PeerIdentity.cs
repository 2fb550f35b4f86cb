using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Identity;

/// <summary>
/// This client's identity: an ECDSA P-256 key pair, kept in the data directory, and a certificate around it for TLS.
/// The certificate is self-signed and proves nothing but possession of the key; names are matched to keys by fingerprint.
/// Beside it a second pair, to which others seal what they write while this client is away.
/// </summary>
public sealed class PeerIdentity : IDisposable
{
    private const string KeyFile = "identity.pem";
    private const string SealingFile = "sealing.pem";

    private readonly ECDsa _key;
    private readonly ECDiffieHellman _opening;

    private PeerIdentity(ECDsa key, ECDiffieHellman opening, string user)
    {
        _key = key;
        _opening = opening;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Fingerprint = Identity.Fingerprint.Of(PublicKey);
        Certificate = CreateCertificate(key, user);
        var sealing = opening.ExportSubjectPublicKeyInfo();
        SealingKey = new SealingKey(sealing, Sign(SealingKey.ToSign(sealing)));
    }

    /// <summary>The public key: DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The public key's fingerprint; see <see cref="Identity.Fingerprint"/>.</summary>
    public string Fingerprint { get; }

    /// <summary>The key to which others seal letters for this user, signed by the identity's key.</summary>
    public SealingKey SealingKey { get; }

    /// <summary>The certificate with its private key, for either end of a peer connection.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Reads the keys from a data directory, or creates them at the first start.</summary>
    /// <exception cref="ClientStartException">A key file exists but does not hold a P-256 key.</exception>
    public static PeerIdentity LoadOrCreate(DataDirectory directory, string user)
    {
        var key = Load(directory.File(KeyFile), ECDsa.Create(ECCurve.NamedCurves.nistP256), "restore it, or move it away to start with a new identity");
        var opening = Load(
            directory.File(SealingFile),
            ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256),
            "restore it, or move it away; letters that were sealed to it can then no longer be opened");
        return new PeerIdentity(key, opening, user);
    }

    /// <summary>Signs bytes with SHA-256; the signature has the fixed 64-byte format of IEEE P1363.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        // ECDsa is not documented as safe for concurrent use.
        lock (_key)
        {
            return _key.SignData(data, HashAlgorithmName.SHA256);
        }
    }

    /// <summary>Opens what was sealed to <see cref="SealingKey"/>.</summary>
    /// <param name="info">What it is for.</param>
    /// <param name="enc">The encapsulated key.</param>
    /// <param name="sealedText">The sealed text.</param>
    /// <returns>The text; null if it was sealed to another key or for something else, or was changed.</returns>
    public byte[]? Open(ReadOnlySpan<byte> info, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> sealedText)
    {
        // Like ECDsa, not documented as safe for concurrent use.
        lock (_opening)
        {
            return Hpke.Suite.TryOpen(_opening, info, enc, sealedText, out var text) ? text : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _opening.Dispose();
        _key.Dispose();
    }

    private static T Load<T>(string path, T key, string otherwise)
        where T : ECAlgorithm
    {
        if (!File.Exists(path))
        {
            Write(path, key.ExportPkcs8PrivateKeyPem());
            return key;
        }

        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (!P256.Has(key))
            {
                throw new ClientStartException($"{path} is not a P-256 key; {otherwise}.");
            }

            // This fails if the file has only a public key.
            key.ExportParameters(includePrivateParameters: true);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new ClientStartException($"{path} is not a private key; {otherwise}.");
        }
    }

    // Writes a temporary file beside the target, flushes it, and moves it: a crash leaves the whole key or none.
    private static void Write(string path, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var beside = path + ".new";
        File.Delete(beside);
        using (var file = new FileStream(beside, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(pem));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path);
    }

    private static X509Certificate2 CreateCertificate(ECDsa key, string user)
    {
        var request = new CertificateRequest($"CN={user}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));

        // Created at every start, so it only has to outlive one process; the hour allows for skewed clocks.
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddYears(5));

        // Exported to PKCS#12 and loaded again, since TLS does not accept an ephemeral key on every platform.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
