using AspireChat.AppHost.Clients;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public class ResourceNamesTests
{
    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("ann-2", "ann-2")]
    [InlineData("9lives", "client-9lives-")]
    [InlineData("a_b", "client-a-b-")]
    [InlineData("a--b", "client-a-b-")]
    [InlineData("a-", "client-a-")]
    [InlineData("redis", "client-redis-")]
    [InlineData("epmd", "client-epmd-")]
    [InlineData("aspire-dashboard", "client-aspire-dashboard-")]
    [InlineData("ann-token", "client-ann-token-")]
    [InlineData("ann-terminalhost-0", "client-ann-terminalhost-0-")]
    [InlineData("client-2", "client-client-2-")]
    public void A_user_name_that_Aspire_refuses_gets_a_derived_resource_name(string user, string beginning)
    {
        var name = ResourceNames.Of(user);

        Assert.Matches(beginning == user ? $"^{user}$" : $"^{beginning}[0-9a-f]{{6}}$", name);
        Assert.DoesNotContain("--", name, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_look_alike_stay_apart()
    {
        string[] users = ["a_b", "a-b", "a__b", "a--b", "a-b-", "a_b_"];

        Assert.Equal(users.Length, users.Select(ResourceNames.Of).Distinct().Count());
    }
}
