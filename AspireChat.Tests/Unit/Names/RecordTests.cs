using AspireChat.Client.Names;
using Xunit;

namespace AspireChat.Tests.Unit.Names;

public sealed class RecordTests
{
    private const string Address = "https://127.0.0.1:7001";
    private const string Since = "1767225600123";
    private static readonly string Key = new('a', 64);

    [Fact]
    public void A_well_formed_record_is_read()
    {
        var expected = new PeerRecord(
            "alice", new Uri(Address), Key, 42, new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, TimeSpan.Zero));

        Assert.Equal(expected, PeerRecord.Parse("alice", Address, Key, "42", Since));
    }

    [Fact]
    public void A_well_formed_claim_is_read() => Assert.Equal(new Claim("alice", Key, 42), Claim.Parse("alice", Key, "42"));

    [Theory]
    [InlineData("https://127.0.0.1:7001")]
    [InlineData("https://[::1]:7001")]
    [InlineData("https://alice-laptop.local:65535")]
    [InlineData("https://example:1")]
    [InlineData("https://10.0.0.7:7001")]
    public void Addresses_are_https_with_host_and_port(string address) =>
        Assert.Equal(address, PeerRecord.Parse("alice", address, Key, "1", Since)!.Address.GetLeftPart(UriPartial.Authority));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("127.0.0.1:7001")]
    [InlineData("http://127.0.0.1:7001")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://")]
    [InlineData("https://:7001")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("https://127.0.0.1:70000")]
    [InlineData("https://127.0.0.1:-1")]
    [InlineData("https://bob@127.0.0.1:7001")]
    [InlineData("https://127.0.0.1:7001/path")]
    [InlineData("https://127.0.0.1:7001?query")]
    [InlineData("https://127.0.0.1:7001#fragment")]
    [InlineData(" https://127.0.0.1:7001")]
    [InlineData("https://127.0.0.1:7001\n")]
    [InlineData("https://127.0.0.1\u001b[2J:7001")]
    [InlineData("https://bücher.example:7001")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://[::1]/")]
    [InlineData("https://0.0.0.0:7001")]
    [InlineData("https://[::]:7001")]
    [InlineData("https://169.254.169.254:7001")]
    [InlineData("https://2852039166:7001")]
    [InlineData("https://0xa9.0xfe.1:7001")]
    [InlineData("https://[::ffff:169.254.169.254]:7001")]
    [InlineData("https://[fe80::1]:7001")]
    [InlineData("https://224.0.0.1:7001")]
    [InlineData("https://255.255.255.255:7001")]
    [InlineData("https://[ff02::1]:7001")]
    public void Every_other_address_is_refused(string? address) => Assert.Null(PeerRecord.Parse("alice", address, Key, "1", Since));

    [Fact]
    public void A_very_long_address_is_refused() =>
        Assert.Null(PeerRecord.Parse("alice", $"https://{string.Join('.', Enumerable.Repeat("aa", 100))}:7001", Key, "1", Since));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("aa")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_fingerprint_is_64_lower_case_hex_digits(string? fingerprint)
    {
        Assert.Null(PeerRecord.Parse("alice", Address, fingerprint, "1", Since));
        Assert.Null(Claim.Parse("alice", fingerprint, "1"));
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("9007199254740991", true)]
    [InlineData("9007199254740992", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("+1", false)]
    [InlineData(" 1", false)]
    [InlineData("1.0", false)]
    [InlineData("1e3", false)]
    [InlineData("0x1", false)]
    [InlineData("١", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void An_epoch_is_an_integer_from_1_that_a_double_holds_exactly(string? epoch, bool isValid)
    {
        Assert.Equal(isValid, PeerRecord.Parse("alice", Address, Key, epoch, Since) is not null);
        Assert.Equal(isValid, Claim.Parse("alice", Key, epoch) is not null);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("253402300799999", true)]
    [InlineData("253402300800000", false)]
    [InlineData("-1", false)]
    [InlineData("2026-01-01T00:00:00Z", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Since_is_milliseconds_since_1970(string? since, bool isValid) =>
        Assert.Equal(isValid, PeerRecord.Parse("alice", Address, Key, "1", since) is not null);

    [Fact]
    public void Each_lease_has_a_token_of_its_own()
    {
        var tokens = Enumerable.Range(0, 1_000).Select(_ => new Lease("alice", new Uri(Address), Key).Token).ToHashSet();

        Assert.Equal(1_000, tokens.Count);
        Assert.All(tokens, token => Assert.Equal(32, token.Length));
    }
}
