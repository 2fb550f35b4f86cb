extern alias apphost;

using Aspire.Hosting.Testing;
using AspireChat.Tests.Infrastructure;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace AspireChat.Tests.Unit.AppHost.Aspire;

/// <summary>The Compose file that publishing writes, read back.</summary>
public sealed class ComposeFileTests : IDisposable
{
    private readonly TempFolder _output = new("compose");

    [Fact]
    public async Task Every_service_is_checked_and_starts_after_those_it_needs()
    {
        var file = await PublishAsync("--users", "ann", "ben");

        Assert.Equal(["ann", "ben", "compose-dashboard", "rabbitmq", "redis"], Keys(file["services"]).Order());
        foreach (var user in new[] { "ann", "ben" })
        {
            var service = file["services"][user];
            Assert.Equal(["redis", "rabbitmq"], Keys(service["depends_on"]));
            Assert.All(Keys(service["depends_on"]), server => Assert.Equal("service_healthy", Text(service["depends_on"][server]["condition"])));
            Assert.Equal(["CMD", "dotnet", "AspireChat.Client.dll", "--check-health"], Items(service["healthcheck"]["test"]));
        }

        Assert.Equal("CMD-SHELL", Items(file["services"]["redis"]["healthcheck"]["test"]).First());
        Assert.Equal("CMD", Items(file["services"]["rabbitmq"]["healthcheck"]["test"]).First());
    }

    [Fact]
    public async Task Each_client_has_one_web_port_and_only_this_machine_reaches_it()
    {
        var file = await PublishAsync("--users", "ann", "ben");

        Assert.Equal(["127.0.0.1:8081:8080"], Items(file["services"]["ann"]["ports"]));
        Assert.Equal(["127.0.0.1:8082:8080"], Items(file["services"]["ben"]["ports"]));
        Assert.Equal(["127.0.0.1:18888:18888"], Items(file["services"]["compose-dashboard"]["ports"]));
        Assert.All(["redis", "rabbitmq"], server => Assert.DoesNotContain("ports", Keys(file["services"][server])));
    }

    [Fact]
    public async Task Data_lie_in_volumes_whose_names_stay_and_so_does_the_name_of_the_broker()
    {
        var file = await PublishAsync("--users", "ann");

        Assert.Equal(["ann-data", "rabbitmq-data", "redis-data"], Keys(file["volumes"]).Order());
        foreach (var (service, target) in new[] { ("ann", "/home/app"), ("rabbitmq", "/var/lib/rabbitmq"), ("redis", "/data") })
        {
            var volume = Assert.Single((YamlSequenceNode)file["services"][service]["volumes"]);
            Assert.Equal(($"{service}-data", target), (Text(volume["source"]), Text(volume["target"])));
        }

        Assert.Equal("rabbitmq", Text(file["services"]["rabbitmq"]["hostname"]));
        Assert.Contains("--appendonly yes", Items(file["services"]["redis"]["command"]).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_listen_to_the_others_and_are_found_under_their_service_name()
    {
        var environment = (await PublishAsync("--users", "ann"))["services"]["ann"]["environment"];

        Assert.Equal("ann", Text(environment["Chat__AdvertisedHost"]));
        Assert.Equal("0.0.0.0", Text(environment["Chat__Peer__Address"]));
        Assert.StartsWith("/home/app/", Text(environment["Chat__DataDirectory"]), StringComparison.Ordinal);
        Assert.Equal("redis:6379,password=${REDIS_PASSWORD}", Text(environment["ConnectionStrings__redis"]));
        Assert.EndsWith("@rabbitmq:5672", Text(environment["ConnectionStrings__rabbitmq"]), StringComparison.Ordinal);
        Assert.DoesNotContain("ASPNETCORE_FORWARDEDHEADERS_ENABLED", Keys(environment));
    }

    [Fact]
    public async Task Secrets_are_asked_for_in_the_environment_file_and_stand_nowhere()
    {
        var file = await PublishAsync("--users", "ann");

        var asked = (await File.ReadAllLinesAsync(_output.File(".env"), TestContext.Current.CancellationToken))
            .Where(line => line.Contains('=', StringComparison.Ordinal)).ToArray();
        Assert.Equal(
            ["ANN_IMAGE=", "ANN_TOKEN=", "COMPOSE_DASHBOARD_TOKEN=", "COMPOSE_TELEMETRY_KEY=", "RABBITMQ_PASSWORD=", "REDIS_PASSWORD="],
            asked.Order());
        Assert.Equal("${ANN_TOKEN}", Text(file["services"]["ann"]["environment"]["Chat__ApiToken"]));
        Assert.Equal("${COMPOSE_DASHBOARD_TOKEN}", Text(file["services"]["compose-dashboard"]["environment"]["DASHBOARD__FRONTEND__BROWSERTOKEN"]));
    }

    [Fact]
    public async Task Users_whose_name_is_taken_in_the_diagram_are_published_too()
    {
        string[] users = ["dashboard", "telemetry-key", "localhost", "a_b"];

        var services = (await PublishAsync(["--users", .. users]))["services"];

        var clients = Keys(services).Except(["redis", "rabbitmq", "compose-dashboard"]).ToArray();
        Assert.Equal(users.Order(), clients.Select(client => Items(services[client]["command"]).Last()).Order());
        Assert.DoesNotContain("localhost", clients);
    }

    [Fact]
    public async Task With_servers_of_the_users_own_there_are_clients_only()
    {
        var file = await PublishAsync("--users", "ann", "--backends", "external");

        Assert.Equal(["ann", "compose-dashboard"], Keys(file["services"]).Order());
        Assert.Equal("${REDIS}", Text(file["services"]["ann"]["environment"]["ConnectionStrings__redis"]));
    }

    public void Dispose() => _output.Dispose();

    private async Task<YamlNode> PublishAsync(params string[] arguments)
    {
        var stop = TestContext.Current.CancellationToken;
        var builder = await DistributedApplicationTestingBuilder
            .CreateAsync<apphost::Projects.AspireChat_AppHost>(
                ["--operation", "publish", "--step", "publish", "--output-path", _output.FullName, .. arguments], stop)
            .DefaultTimeout();
        builder.Configuration["Logging:LogLevel:Default"] = "Warning";
        await using var app = await builder.BuildAsync(stop).DefaultTimeout();
        await app.RunAsync(stop).DefaultTimeout();

        using var reader = File.OpenText(_output.File("docker-compose.yaml"));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return yaml.Documents[0].RootNode;
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static IEnumerable<string> Items(YamlNode node) => ((YamlSequenceNode)node).Select(Text);

    private static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(Text);
}
