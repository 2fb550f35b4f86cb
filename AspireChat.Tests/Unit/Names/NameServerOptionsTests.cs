using AspireChat.Client.Names;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Names;

public sealed class NameServerOptionsTests
{
    [Fact]
    public void The_defaults_are_valid()
    {
        var options = Bind([]);

        Assert.Equal(TimeSpan.FromSeconds(15), options.Lease);
        Assert.Equal(TimeSpan.FromSeconds(5), options.RenewEvery);
        Assert.Equal(TimeSpan.FromDays(30), options.ClaimFor);
        Assert.Equal(TimeSpan.FromSeconds(10), options.StartPatience);
    }

    [Theory]
    [InlineData("Lease", "00:00:00.5")]
    [InlineData("Lease", "00:06:00")]
    [InlineData("RenewEvery", "00:00:00")]
    [InlineData("RenewEvery", "-00:00:01")]
    [InlineData("StartPatience", "-00:00:01")]
    [InlineData("StartPatience", "00:02:00")]
    [InlineData("ClaimFor", "4000.00:00:00")]
    public void A_setting_out_of_range_is_reported_with_its_path(string setting, string value)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Bind([new($"Chat:NameServer:{setting}", value)]));

        Assert.Contains(fault.Failures, failure => failure.StartsWith($"Chat:NameServer:{setting} is ") && failure.Contains("; allowed is "));
    }

    [Fact]
    public void A_lease_must_survive_one_missed_renewal()
    {
        var fault = Assert.Throws<OptionsValidationException>(
            () => Bind([new("Chat:NameServer:Lease", "00:00:10"), new("Chat:NameServer:RenewEvery", "00:00:05")]));

        var sentence = Assert.Single(fault.Failures);
        Assert.Contains("Chat:NameServer:RenewEvery is 00:00:05; it must be less than half of Chat:NameServer:Lease (00:00:10).", sentence);
    }

    [Fact]
    public void A_claim_must_outlast_the_lease()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Bind([new("Chat:NameServer:ClaimFor", "00:00:10")]));

        Assert.Contains("Chat:NameServer:ClaimFor is 00:00:10; it must not be shorter than", Assert.Single(fault.Failures));
    }

    // Binds by the registration itself, as the start of the client does.
    private static NameServerOptions Bind(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", "localhost:6379")]);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddNames();
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<NameServerOptions>>().Value;
    }
}
