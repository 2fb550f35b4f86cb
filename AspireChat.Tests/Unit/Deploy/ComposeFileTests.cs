using AspireChat.Tests.Infrastructure;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace AspireChat.Tests.Unit.Deploy;

/// <summary>What is deployed and what depends on what. Adding a client as the file explains breaks no test.</summary>
public sealed class ComposeFileTests
{
    private static readonly string[] Servers = ["rabbitmq", "redis"];

    private readonly ComposeFile _file = ComposeFile.Read();

    [Fact]
    public void The_services_are_clients_two_servers_and_the_dashboard()
    {
        Assert.Superset(new HashSet<string> { "alice", "bob", "carol" }, _file.Clients.ToHashSet());
        Assert.Equal(Sorted([.. _file.Clients, "dashboard", .. Servers]), _file.Services);
        Assert.All(_file.Clients, client => Assert.Equal("--name", ComposeFile.Items(_file[client]["command"]).First()));
        Assert.Distinct(_file.Clients.Select(client => Assert.Single(ComposeFile.Items(_file[client]["command"]).Skip(1))));
    }

    [Fact]
    public void Only_this_machine_reaches_the_ports_of_the_pages()
    {
        foreach (var client in _file.Clients)
        {
            Assert.Matches(@"^127\.0\.0\.1:80\d\d:8080$", Assert.Single(Listed(client, "ports")));
            Assert.Equal("8080", _file.EnvironmentOf(client)["ASPNETCORE_HTTP_PORTS"]);
        }

        Assert.Equal(["127.0.0.1:18888:18888"], Listed("dashboard", "ports"));
        Assert.Equal(["127.0.0.1:15672:15672"], Listed("rabbitmq", "ports"));
        Assert.Empty(Listed("redis", "ports"));
        Assert.Distinct(_file.Services.SelectMany(service => Listed(service, "ports")));
        Assert.All(_file.Services, service => Assert.False(Has(service, "network_mode"), service));
    }

    [Fact]
    public void Only_clients_wait_and_they_start_when_the_servers_are_healthy()
    {
        Assert.Equal(_file.Clients, _file.Services.Where(service => Has(service, "depends_on")));
        foreach (var client in _file.Clients)
        {
            var waits = (YamlMappingNode)_file[client]["depends_on"];
            Assert.Equal(Servers, Sorted(ComposeFile.Keys(waits)));
            Assert.All(waits.Children.Values, wait => Assert.Equal("service_healthy", ComposeFile.Text(wait["condition"])));
        }
    }

    [Fact]
    public void Every_service_except_the_dashboard_has_a_health_check()
    {
        var checkedOnes = _file.Services.Where(service => Has(service, "healthcheck")).ToArray();

        Assert.Equal(Sorted([.. _file.Clients, .. Servers]), checkedOnes);
        Assert.All(_file.Clients, client => Assert.Equal(["dotnet", "AspireChat.Client.dll", "--check-health"], _file.HealthCheckOf(client)));
        Assert.Equal(["rabbitmq-diagnostics", "-q", "check_port_connectivity"], _file.HealthCheckOf("rabbitmq"));
        Assert.All(
            checkedOnes,
            service => Assert.Equal(
                ["interval", "retries", "start_period", "test", "timeout"], Sorted(ComposeFile.Keys(_file[service]["healthcheck"]))));
    }

    [Fact]
    public void Data_is_in_named_volumes_and_the_broker_keeps_its_host_name()
    {
        foreach (var client in _file.Clients)
        {
            Assert.Equal([$"{client}-data:/home/app"], Listed(client, "volumes"));
            Assert.StartsWith("/home/app/", _file.EnvironmentOf(client)["Chat__DataDirectory"], StringComparison.Ordinal);
        }

        Assert.Equal(["redis-data:/data"], Listed("redis", "volumes"));
        Assert.Equal(
            ["rabbitmq-data:/var/lib/rabbitmq", "./rabbitmq.conf:/etc/rabbitmq/conf.d/90-aspirechat.conf:ro"],
            Listed("rabbitmq", "volumes"));
        Assert.Equal(
            Sorted([.. _file.Clients.Concat(Servers).Select(service => $"{service}-data")]),
            Sorted(ComposeFile.Keys(_file.Root["volumes"])));
        Assert.Equal("rabbitmq", ComposeFile.Text(_file["rabbitmq"]["hostname"]));

        // Volumes are named after the project, which must not depend on the name of the folder.
        Assert.Equal("aspirechat", ComposeFile.Text(_file.Root["name"]));
    }

    [Fact]
    public void Redis_appends_every_change_to_a_file_and_requires_a_password() => Assert.Equal(
        ["sh", "-c", "exec docker-entrypoint.sh redis-server --appendonly yes --requirepass \"$$REDIS_PASSWORD\""],
        Listed("redis", "command"));

    [Fact]
    public void Every_service_restarts_by_itself_and_gets_time_to_stop()
    {
        Assert.All(_file.Services, service => Assert.Equal("unless-stopped", ComposeFile.Text(_file[service]["restart"])));
        Assert.All(_file.Services, service => Assert.Matches("^[1-9]0s$", ComposeFile.Text(_file[service]["stop_grace_period"])));
    }

    [Fact]
    public void Clients_have_their_services_names_and_the_rights_of_their_image()
    {
        foreach (var client in _file.Clients)
        {
            var environment = _file.EnvironmentOf(client);
            Assert.Equal((client, "0.0.0.0"), (environment["Chat__AdvertisedHost"], environment["Chat__Peer__Address"]));
            Assert.Empty(ComposeFile.Keys(_file[client]).Intersect(["user", "privileged", "cap_add"]));
        }
    }

    [Fact]
    public void Images_have_a_version_or_are_built_here()
    {
        foreach (var service in _file.Services.Except(_file.Clients))
        {
            Assert.Matches(@"^[a-z.]+/[a-z/-]+:\d+\.\d+(\.\d+|-management)?$", ComposeFile.Text(_file[service]["image"]));
        }

        Assert.All(_file.Clients, client => Assert.Equal("never", ComposeFile.Text(_file[client]["pull_policy"])));
    }

    private bool Has(string service, string key) => _file[service].Children.ContainsKey(key);

    private IEnumerable<string> Listed(string service, string key) => Has(service, key) ? ComposeFile.Items(_file[service][key]) : [];

    private static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);
}
