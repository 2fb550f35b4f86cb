using AspireChat.Client;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AspireChat.Tests.Unit;

public sealed class HealthProbeTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080/health")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://localhost:5000")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://*:5000")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://+:5000/")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://0.0.0.0:5000")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://[::]:5000")]
    [InlineData("http://127.0.0.1:5000/health", "urls=http://chat.example:5000")]
    [InlineData("http://[::1]:5000/health", "urls=http://[::1]:5000")]
    [InlineData("http://192.0.2.7:5000/health", "urls=http://192.0.2.7:5000")]
    [InlineData("http://127.0.0.1/health", "urls=http://*")]
    [InlineData("http://127.0.0.1:5000/health", "urls=https://*:5001;http://*:5000")]
    [InlineData("https://127.0.0.1:5001/health", "urls=https://*:5001")]
    [InlineData("http://127.0.0.1:9000/health", "http_ports=9000")]
    [InlineData("http://127.0.0.1:9000/health", "http_ports=9000;9001", "https_ports=9443")]
    [InlineData("https://127.0.0.1:9443/health", "https_ports=9443")]
    [InlineData("http://127.0.0.1:5000/health", "http_ports=9000", "urls=http://*:5000")]
    [InlineData("http://127.0.0.1:7000/health", "urls=http://*:5000", "Kestrel:Endpoints:Web:Url=http://*:7000")]
    public void The_probe_asks_the_address_of_the_environment_on_loopback(string asked, params string[] environment) =>
        Assert.Equal(asked, Find([HealthProbe.Argument], environment));

    [Theory]
    [InlineData("http://127.0.0.1:5000/health", "--check-health", "--urls", "http://*:5000")]
    [InlineData("http://127.0.0.1:5000/health", "--urls", "http://*:5000", "--check-health")]
    [InlineData("http://127.0.0.1:5000/health", "--name", "alice", "--check-health", "--urls=http://*:5000")]
    [InlineData("http://127.0.0.1:5000/alive", "--check-health", "/alive", "--urls", "http://*:5000")]
    [InlineData("http://127.0.0.1:9000/alive", "--check-health", "/alive")]
    [InlineData("http://127.0.0.1:9000/alive", "--check-health=/alive")]
    [InlineData("http://chat.example:81/health", "--check-health", "http://chat.example:81")]
    [InlineData("http://chat.example:81/health", "--check-health=http://chat.example:81")]
    [InlineData("https://chat.example/alive", "--check-health", "https://chat.example/alive", "--urls", "http://*:5000")]
    public void Arguments_override_the_environment(string asked, params string[] arguments) =>
        Assert.Equal(asked, Find(arguments, ["http_ports=9000"]));

    [Theory]
    [InlineData("'nonsense' is not an address", "--check-health", "nonsense")]
    [InlineData("'alice:8080' is not an address", "--check-health", "alice:8080")]
    [InlineData("'ftp://alice' is not an address", "--check-health", "ftp://alice")]
    [InlineData("The web address http://127.0.0.1:0 does not say which port to ask", "--check-health", "--urls", "http://127.0.0.1:0")]
    [InlineData("The web address http://unix:/run/chat.sock does not say", "--check-health", "--urls", "http://unix:/run/chat.sock")]
    [InlineData("The web address http://*:99999 does not say", "--check-health", "--urls", "http://*:99999")]
    [InlineData("The web address (--urls) is not valid", "--check-health", "--urls", "nonsense")]
    public void An_invalid_address_is_refused_with_the_reason(string sentence, params string[] arguments)
    {
        var refusal = Record.Exception(() => Find(arguments, []));

        Assert.NotNull(refusal);
        Assert.StartsWith(sentence, StartRefusal.Describe(refusal), StringComparison.Ordinal);
    }

    private static string Find(string[] arguments, string[] environment) => HealthProbe
        .FindAddress(
            arguments,
            new ConfigurationBuilder()
                .AddInMemoryCollection(environment.Select(line => line.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
                .Build())
        .ToString();
}
