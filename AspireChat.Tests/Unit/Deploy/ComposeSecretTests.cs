using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Deploy;

/// <summary>The file contains no secret: it asks for each by name, and no service starts without it.</summary>
public sealed partial class ComposeSecretTests
{
    private const string Reference = @"\$\{[A-Z0-9_]+:\?[^}]+\}";

    private readonly ComposeFile _file = ComposeFile.Read();

    [Fact]
    public void Every_setting_that_looks_like_a_secret_is_a_variable()
    {
        var values = _file.Services
            .SelectMany(service => _file.EnvironmentOf(service))
            .Where(variable => SmellsOfSecret().IsMatch(variable.Key))
            .ToLookup(variable => variable.Key, variable => Regex.Replace(variable.Value, Reference, "…"));

        Assert.Equal(
            [
                "Chat__ApiToken", "ConnectionStrings__rabbitmq", "ConnectionStrings__redis", "DASHBOARD__FRONTEND__BROWSERTOKEN",
                "DASHBOARD__OTLP__PRIMARYAPIKEY", "OTEL_EXPORTER_OTLP_HEADERS", "RABBITMQ_DEFAULT_PASS", "REDIS_PASSWORD",
            ],
            values.Select(value => value.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["redis:6379,password=…"], values["ConnectionStrings__redis"].Distinct());
        Assert.Equal(["amqp://chat:…@rabbitmq:5672"], values["ConnectionStrings__rabbitmq"].Distinct());
        Assert.Equal(["x-otlp-api-key=…"], values["OTEL_EXPORTER_OTLP_HEADERS"].Distinct());
        Assert.All(
            values.Where(value => value.Key is not ("ConnectionStrings__redis" or "ConnectionStrings__rabbitmq" or "OTEL_EXPORTER_OTLP_HEADERS")),
            value => Assert.Equal(["…"], value.Distinct()));
    }

    [Fact]
    public void Each_client_has_its_own_token_and_shared_secrets_have_one_variable()
    {
        Assert.All(
            _file.Clients,
            client => Assert.Equal([$"{client.ToUpperInvariant().Replace('-', '_')}_TOKEN"], Asked(client, "Chat__ApiToken")));
        Assert.All(_file.Clients, client => Assert.Equal(Asked("redis", "REDIS_PASSWORD"), Asked(client, "ConnectionStrings__redis")));
        Assert.All(_file.Clients, client => Assert.Equal(Asked("rabbitmq", "RABBITMQ_DEFAULT_PASS"), Asked(client, "ConnectionStrings__rabbitmq")));
        Assert.All(
            _file.Clients,
            client => Assert.Equal(Asked("dashboard", "DASHBOARD__OTLP__PRIMARYAPIKEY"), Asked(client, "OTEL_EXPORTER_OTLP_HEADERS")));
    }

    [Fact]
    public void No_variable_has_a_default()
    {
        // Every variable is required. A variable for a shell is written with two dollars.
        var rest = Regex.Replace(ComposeFile.ReadBeside("compose.yaml"), Reference, "");

        Assert.Equal(["$$REDIS_PASSWORD", "$$REDIS_PASSWORD"], Dollars().Matches(rest).Select(match => match.Value));
    }

    [Fact]
    public void The_example_lists_every_variable_without_a_value()
    {
        var lines = ComposeFile.ReadBeside(".env.example").Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#'));

        Assert.Equal(
            ComposeFile.VariablesIn(ComposeFile.ReadBeside("compose.yaml")).Distinct().Order(StringComparer.Ordinal).Select(name => $"{name}="),
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_broker_has_no_default_user() =>
        Assert.Equal("chat", _file.EnvironmentOf("rabbitmq")["RABBITMQ_DEFAULT_USER"]);

    private IEnumerable<string> Asked(string service, string variable) => ComposeFile.VariablesIn(_file.EnvironmentOf(service)[variable]);

    [GeneratedRegex("token|pass|key|secret|headers|connectionstring", RegexOptions.IgnoreCase)]
    private static partial Regex SmellsOfSecret();

    [GeneratedRegex(@"\$+[A-Za-z_{][A-Za-z_]*|\$")]
    private static partial Regex Dollars();
}
