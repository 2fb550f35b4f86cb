using AspireChat.Client.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Redis;

public sealed class RedisOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Equal(TimeSpan.FromSeconds(2), Bind([]).CallTimeout);

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:01:00")]
    public void A_setting_out_of_range_is_reported_with_its_path(string value)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Bind([new("Chat:Redis:CallTimeout", value)]));

        var sentence = Assert.Single(fault.Failures);
        Assert.StartsWith("Chat:Redis:CallTimeout is ", sentence);
        Assert.Contains("; allowed is ", sentence);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("password=secret")]
    [InlineData("localhost:6379,connectTimeout=secret")]
    public void An_unusable_connection_string_is_reported_without_its_secrets(string? value)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Bind([new("ConnectionStrings:redis", value)]));

        var sentence = Assert.Single(fault.Failures);
        Assert.StartsWith("ConnectionStrings:redis ", sentence);
        Assert.Equal(value == "localhost:6379,connectTimeout=secret", sentence.Contains("password=secret"));
        Assert.DoesNotContain("connectTimeout", sentence);
    }

    // Binds by the registration itself, as the start of the client does.
    private static RedisOptions Bind(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", "localhost:6379")]);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddRedis();
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<RedisOptions>>().Value;
    }
}
