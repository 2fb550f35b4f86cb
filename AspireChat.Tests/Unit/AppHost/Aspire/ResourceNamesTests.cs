extern alias apphost;

using apphost::AspireChat.AppHost.Aspire;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost.Aspire;

public class ResourceNamesTests
{
    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("ann-2", "ann-2")]
    [InlineData("9lives", "client-3")]
    [InlineData("a_b", "client-3")]
    [InlineData("a--b", "client-3")]
    [InlineData("a-", "client-3")]
    [InlineData("redis", "client-3")]
    [InlineData("epmd", "client-3")]
    [InlineData("ann-token", "client-3")]
    [InlineData("ann-terminalhost-0", "client-3")]
    [InlineData("compose", "client-3")]
    [InlineData("compose-dashboard", "client-3")]
    [InlineData("client-2", "client-3")]
    public void Users_whose_name_Aspire_does_not_take_are_numbered(string user, string expected) =>
        Assert.Equal(expected, ResourceNames.Of(user, position: 2));
}
