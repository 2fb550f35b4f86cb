using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Identity;
using Xunit;

namespace AspireChat.Tests.Unit.Identity;

public sealed class FingerprintTests
{
    // A key and its fingerprint, made by another program:
    // openssl pkey -pubin -outform DER < key | sha256sum
    private const string PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
        6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
        -----END PUBLIC KEY-----
        """;

    private const string Sha256 = "5cd252fb0ce8932436faf8ccd1040981b89ee4ad6b9fe9e2a2b7e71aacb27cd3";

    [Fact]
    public void A_fingerprint_is_the_SHA_256_of_the_DER_SubjectPublicKeyInfo()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(PublicKey);

        Assert.Equal(Sha256, Fingerprint.Of(key.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public void Two_certificates_of_one_key_have_one_fingerprint()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var first = Certify(key, "CN=alice");
        using var second = Certify(key, "CN=mallory");

        Assert.Equal(Fingerprint.Of(key.ExportSubjectPublicKeyInfo()), Fingerprint.Of(first));
        Assert.Equal(Fingerprint.Of(first), Fingerprint.Of(second));
    }

    private static X509Certificate2 Certify(ECDsa key, string subject) =>
        new CertificateRequest(subject, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
}
