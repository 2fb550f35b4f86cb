using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AspireChat.Client.Peers;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class PeerTlsTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_valid_certificate_with_a_P256_key_is_accepted() =>
        Assert.True(IsPeer(ECCurve.NamedCurves.nistP256, -Hour, Hour));

    [Fact]
    public void An_expired_or_not_yet_valid_certificate_is_refused()
    {
        Assert.False(IsPeer(ECCurve.NamedCurves.nistP256, -2 * Hour, -Hour));
        Assert.False(IsPeer(ECCurve.NamedCurves.nistP256, Hour, 2 * Hour));
    }

    [Fact]
    public void Another_curve_or_kind_of_key_is_refused()
    {
        Assert.False(IsPeer(ECCurve.NamedCurves.nistP384, -Hour, Hour));

        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=alice", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow - Hour, DateTimeOffset.UtcNow + Hour);
        Assert.False(PeerTls.IsPeerCertificate(certificate));
    }

    private static bool IsPeer(ECCurve curve, TimeSpan from, TimeSpan to)
    {
        using var key = ECDsa.Create(curve);
        using var certificate = new CertificateRequest("CN=alice", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow + from, DateTimeOffset.UtcNow + to);
        return PeerTls.IsPeerCertificate(certificate);
    }
}
