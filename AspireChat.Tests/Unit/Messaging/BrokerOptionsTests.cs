using AspireChat.Client.Messaging;
using AspireChat.Client.Wire;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class BrokerOptionsTests
{
    public static TheoryData<string, Action<BrokerOptions>> Bad => new()
    {
        { "'amqp://b'", options => options.OtherNodes = "a,amqp://b" },
        { nameof(BrokerOptions.PublishDeadline), options => options.PublishDeadline = TimeSpan.FromMilliseconds(499) },
        { nameof(BrokerOptions.PublishDeadline), options => options.PublishDeadline = TimeSpan.FromMinutes(2) },
        { nameof(BrokerOptions.PublishWindow), options => options.PublishWindow = 0 },
        { nameof(BrokerOptions.PublishWindow), options => options.PublishWindow = 10_001 },
        { nameof(BrokerOptions.Prefetch), options => options.Prefetch = 0 },
        { nameof(BrokerOptions.Prefetch), options => options.Prefetch = ushort.MaxValue },
        { nameof(BrokerOptions.MaxBackoff), options => options.MaxBackoff = TimeSpan.Zero },
        { nameof(BrokerOptions.MaxBodyBytes), options => options.MaxBodyBytes = MessageListCodec.MaxBytes },
        { nameof(BrokerOptions.MaxBodyBytes), options => options.MaxBodyBytes = 17 * 1024 * 1024 },
    };

    [Fact]
    public void The_defaults_are_allowed() => Assert.Empty(Failures(new BrokerOptions()));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void A_wrong_value_is_refused_with_its_setting(string setting, Action<BrokerOptions> spoil)
    {
        var options = new BrokerOptions();
        spoil(options);
        Assert.Contains(setting, Assert.Single(Failures(options)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Failures(BrokerOptions options) =>
    [
        .. new BrokerOptionsValidator().Validate(null, options).Failures ?? [],
        .. new BrokerNodesValidator().Validate(null, options).Failures ?? [],
    ];
}
