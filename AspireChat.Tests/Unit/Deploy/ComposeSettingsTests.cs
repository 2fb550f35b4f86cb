using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Unit.AppHost;
using Xunit;

namespace AspireChat.Tests.Unit.Deploy;

/// <summary>Every setting that the AppHost gives to clients is also in the deployment, or listed here with the reason.</summary>
public sealed class ComposeSettingsTests
{
    // The settings that only deployed clients get, and why.
    private static readonly Dictionary<string, string> OnlyDeployed = new()
    {
        ["Chat__AdvertisedHost"] = "Under the AppHost all clients are at 127.0.0.1, its default.",
        ["Chat__Peer__Address"] = "No other host can reach loopback, the default, in a container.",
        ["Chat__Terminal"] = "Under the AppHost a client has a terminal.",
        ["ASPNETCORE_HTTP_PORTS"] = "In a container the web port is always the same.",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "Aspire adds it when it starts a client; the diagram does not say it yet.",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "As above.",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "As above.",
        ["OTEL_SERVICE_NAME"] = "As above.",
    };

    // The settings that only clients of the AppHost get, and why.
    private static readonly Dictionary<string, string> OnlyInAppHost = new()
    {
        ["ASPNETCORE_URLS"] = "The AppHost chooses a free port for each client.",
        ["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "Aspire's help for developers: traces show queries.",
        ["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "As above.",
        ["OTEL_TRACES_SAMPLER"] = "OpenTelemetry's default, which Aspire would change while developing.",
        ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "Aspire's help for short runs: telemetry waits for the dashboard to come up.",
    };

    [Fact]
    public async Task A_deployed_client_gets_the_settings_that_the_AppHost_gives()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "alice");
        var inAppHost = (await diagram.EnvironmentAsync("alice")).Keys;
        var file = ComposeFile.Read();

        foreach (var client in file.Clients)
        {
            var deployed = file.EnvironmentOf(client).Keys;
            Assert.Equal(
                OnlyInAppHost.Keys.Order(StringComparer.Ordinal), inAppHost.Except(deployed).Order(StringComparer.Ordinal));
            Assert.Equal(
                OnlyDeployed.Keys.Order(StringComparer.Ordinal), deployed.Except(inAppHost).Order(StringComparer.Ordinal));
        }
    }
}
