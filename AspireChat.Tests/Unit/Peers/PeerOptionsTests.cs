using AspireChat.Client.Peers;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class PeerOptionsTests
{
    public static TheoryData<string, Action<PeerOptions>> Bad => new()
    {
        { "Chat:Peer:Address", options => options.Address = "" },
        { "Chat:Peer:Address", options => options.Address = "localhost" },
        { "Chat:Peer:Port", options => options.Port = 65_536 },
        { "Chat:Peer:AwayAfter", options => options.AwayAfter = TimeSpan.FromHours(1) },
        { "Chat:Peer:MaxBackoff", options => options.MaxBackoff = TimeSpan.Zero },
        { "Chat:Peer:ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero },
        { "Chat:Peer:IdleTimeout", options => options.IdleTimeout = TimeSpan.Zero },
        { "Chat:Peer:MaxCallsPerPeer", options => options.MaxCallsPerPeer = 1 },
        { "Chat:Peer:MaxConnections", options => options.MaxConnections = 0 },
    };

    [Fact]
    public void The_defaults_are_allowed() => Assert.Empty(Failures(new PeerOptions()));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void A_wrong_value_is_refused_with_its_setting(string setting, Action<PeerOptions> spoil)
    {
        var options = new PeerOptions();
        spoil(options);

        var name = setting[(setting.LastIndexOf(':') + 1)..];
        Assert.Contains(Failures(options), failure => failure.Contains(name, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Failures(PeerOptions options) =>
    [
        .. new PeerOptionsValidator().Validate(null, options).Failures ?? [],
        .. new PeerAddressValidator().Validate(null, options).Failures ?? [],
    ];
}
