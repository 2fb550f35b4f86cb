using AspireChat.Client.Chat;
using AspireChat.Client.Names;
using Xunit;

namespace AspireChat.Tests.Unit.Names;

public sealed class AdvertisedHostTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.7")]
    [InlineData("bobs-laptop.example")]
    [InlineData("[2001:db8::1]")]
    public void A_host_that_other_clients_can_reach_is_allowed(string host) => Assert.Null(Fault(host));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("169.254.1.1")]
    [InlineData("224.0.0.1")]
    public void A_host_that_other_clients_refuse_is_refused_with_its_setting(string host) =>
        Assert.Contains($"Chat:AdvertisedHost is '{host}'", Fault(host), StringComparison.Ordinal);

    private static string? Fault(string host) =>
        new AdvertisedHostValidator().Validate(null, new ChatOptions { AdvertisedHost = host }).FailureMessage;
}
