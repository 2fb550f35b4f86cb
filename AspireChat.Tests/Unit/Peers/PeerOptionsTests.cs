using System.Globalization;
using AspireChat.Client.Names;
using AspireChat.Client.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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
        { "Chat:Peer:BytesPerSecond", options => options.BytesPerSecond = 0 },
        { "Chat:Peer:BurstBytes", options => options.BurstBytes = 1_024 },
        { "Chat:Peer:GreetingTimeout", options => options.GreetingTimeout = TimeSpan.Zero },
        { "Chat:Peer:MaxStrangersPerAddress", options => options.MaxStrangersPerAddress = 0 },
        { "Chat:Peer:MaxStrangers", options => options.MaxStrangers = 0 },
        { "Chat:Peer:MaxNamesPerKey", options => options.MaxNamesPerKey = 0 },
        { "Chat:Peer:MaxRequestsPerMinute", options => options.MaxRequestsPerMinute = 0 },
        { "Chat:Peer:MaxWaitingRequests", options => options.MaxWaitingRequests = 0 },
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

    [Theory]
    [InlineData(null, "00:00:20")]
    [InlineData("00:00:03", "00:00:03")]
    public void A_peer_is_away_after_the_time_of_a_lease_by_default(string? awayAfter, string expected)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:redis", "localhost:6379"),
            new("Chat:NameServer:Lease", "00:00:20"),
            new("Chat:Peer:AwayAfter", awayAfter),
        ]);
        builder.AddNames().AddPeers();
        using var services = builder.Services.BuildServiceProvider();
        Assert.Equal(TimeSpan.Parse(expected, CultureInfo.InvariantCulture), services.GetRequiredService<IOptions<PeerOptions>>().Value.AwayAfter);
    }

    private static IEnumerable<string> Failures(PeerOptions options) =>
    [
        .. new PeerOptionsValidator().Validate(null, options).Failures ?? [],
        .. new PeerAddressValidator().Validate(null, options).Failures ?? [],
    ];
}
