using System.Security.Cryptography;
using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Identity;

public sealed class PeerIdentityTests : IDisposable
{
    private readonly TempFolder _folder = new("identity");
    private readonly DataDirectory _directory;

    public PeerIdentityTests() => _directory = DataDirectory.Open(_folder.FullName);

    private string KeyFile => _directory.File("identity.pem");

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_first_start_makes_a_key_that_only_its_owner_can_read()
    {
        using var identity = PeerIdentity.LoadOrCreate(_directory, "alice");

        Assert.Equal(["identity.pem", "lock", "sealing.pem"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }
    }

    [Fact]
    public void Later_starts_find_the_same_key()
    {
        using var first = PeerIdentity.LoadOrCreate(_directory, "alice");
        using var second = PeerIdentity.LoadOrCreate(_directory, "alice");

        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(first.PublicKey, second.PublicKey);
    }

    [Fact]
    public void The_certificate_carries_key_and_name_and_both_purposes()
    {
        using var identity = PeerIdentity.LoadOrCreate(_directory, "alice");

        Assert.Equal(identity.Fingerprint, Fingerprint.Of(identity.Certificate));
        Assert.Equal("CN=alice", identity.Certificate.Subject);
        Assert.True(identity.Certificate.HasPrivateKey);
        Assert.True(identity.Certificate.NotBefore < DateTime.Now);
        Assert.True(identity.Certificate.NotAfter > DateTime.Now.AddYears(1));
    }

    [Fact]
    public void A_signature_has_64_bytes_and_verifies_with_the_public_key()
    {
        using var identity = PeerIdentity.LoadOrCreate(_directory, "alice");
        var signature = identity.Sign("said"u8);

        using var verifier = ECDsa.Create();
        verifier.ImportSubjectPublicKeyInfo(identity.PublicKey, out _);
        Assert.Equal(64, signature.Length);
        Assert.True(verifier.VerifyData("said"u8, signature, HashAlgorithmName.SHA256));
        Assert.False(verifier.VerifyData("never said"u8, signature, HashAlgorithmName.SHA256));
    }

    [Fact]
    public void A_crash_while_the_key_is_written_leaves_no_key()
    {
        // A crash before the move leaves this behind.
        File.WriteAllText(KeyFile + ".new", "-----BEGIN PRIV");

        using var identity = PeerIdentity.LoadOrCreate(_directory, "alice");
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(KeyFile), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> NotKeys => new()
    {
        { "empty", "" },
        { "text", "hello" },
        { "cut off", "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG" },
        { "not Base64", "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----" },
        { "a public key", Pem(ECCurve.NamedCurves.nistP256, key => key.ExportSubjectPublicKeyInfoPem()) },
        { "another curve", Pem(ECCurve.NamedCurves.nistP384, key => key.ExportPkcs8PrivateKeyPem()) },
        { "RSA", RsaPem() },
    };

    [Theory]
    [MemberData(nameof(NotKeys))]
    public void An_invalid_key_file_stops_the_client_and_stays_unchanged(string what, string content)
    {
        File.WriteAllText(KeyFile, content);

        var refusal = Assert.Throws<ClientStartException>(() => PeerIdentity.LoadOrCreate(_directory, "alice"));
        Assert.Contains(KeyFile, refusal.Message, StringComparison.Ordinal);
        Assert.True(content == File.ReadAllText(KeyFile), $"The file ({what}) was changed.");
    }

    private static string Pem(ECCurve curve, Func<ECDsa, string> export)
    {
        using var key = ECDsa.Create(curve);
        return export(key);
    }

    private static string RsaPem()
    {
        using var key = RSA.Create(2048);
        return key.ExportPkcs8PrivateKeyPem();
    }
}
