using AspireChat.AppHost;
using AspireChat.AppHost.Servers;
using Aspire.Hosting;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public class ExternalServerTests
{
    [Fact]
    public void A_server_without_a_connection_string_is_refused_with_the_missing_variable()
    {
        var refusal = Assert.Throws<HostException>(() => Builder().AddExternalServer("redis"));

        Assert.Equal("--backends external needs the connection string 'redis': set ConnectionStrings__redis.", refusal.Message);
    }

    [Fact]
    public void A_server_with_a_connection_string_is_in_the_diagram() =>
        Assert.Equal("redis", Builder("--ConnectionStrings:redis=here:6379").AddExternalServer("redis").Resource.Name);

    private static IDistributedApplicationBuilder Builder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
}
