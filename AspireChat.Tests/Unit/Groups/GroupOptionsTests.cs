using AspireChat.Client.Groups;
using Xunit;

namespace AspireChat.Tests.Unit.Groups;

public sealed class GroupOptionsTests
{
    public static TheoryData<string, Action<GroupOptions>> Bad => new()
    {
        { nameof(GroupOptions.Lease), options => options.Lease = TimeSpan.FromMilliseconds(999) },
        { nameof(GroupOptions.Lease), options => options.Lease = TimeSpan.FromMinutes(6) },
        { nameof(GroupOptions.MaxQueueBytes), options => options.MaxQueueBytes = 0 },
        { nameof(GroupOptions.ExpiresAfter), options => options.ExpiresAfter = TimeSpan.Zero },

        // More than x-expires can hold: 32 bits of milliseconds.
        { nameof(GroupOptions.ExpiresAfter), options => options.ExpiresAfter = TimeSpan.FromDays(50) },
        { nameof(GroupOptions.DeliveryLimit), options => options.DeliveryLimit = 0 },
        { nameof(GroupOptions.JoinTimeout), options => options.JoinTimeout = TimeSpan.FromMinutes(2) },
        { nameof(GroupOptions.MaxHeldBytes), options => options.MaxHeldBytes = 0 },
        { nameof(GroupOptions.MaxHeldBytesPerKey), options => options.MaxHeldBytesPerKey = 1L << 31 },
    };

    [Fact]
    public void The_defaults_are_allowed() => Assert.Empty(Failures(new GroupOptions()));

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void A_wrong_value_is_refused_with_its_setting(string setting, Action<GroupOptions> spoil)
    {
        var options = new GroupOptions();
        spoil(options);
        Assert.Contains(setting, Assert.Single(Failures(options)), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Failures(GroupOptions options) =>
        new GroupOptionsValidator().Validate(null, options).Failures ?? [];
}
