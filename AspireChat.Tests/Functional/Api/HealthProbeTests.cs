using System.Net;
using System.Net.Sockets;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>Runs <c>--check-health</c> as a container's health check does: beside a client, with the settings of the image only.</summary>
public sealed class HealthProbeTests
{
    [Fact]
    public async Task A_registered_client_is_healthy()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        var port = $"{alice.BaseAddress.Port}";

        await ExpectAsync(0, $"http://127.0.0.1:{port}/health: Degraded", ("ASPNETCORE_HTTP_PORTS", port));
        await ExpectAsync(0, $"http://127.0.0.1:{port}/health: Degraded", ("ASPNETCORE_URLS", $"http://+:{port}"));
        await ExpectAsync(0, $"http://127.0.0.1:{port}/alive: Healthy", ["/alive"], ("DOTNET_URLS", $"http://*:{port}"));
        await ExpectAsync(0, $"http://127.0.0.1:{port}/alive: Healthy", [$"{alice.BaseAddress}alive"]);
        await ExpectAsync(1, $"http://127.0.0.1:{port}/nowhere: The answer is 404.", ["/nowhere", "--urls", $"http://*:{port}"]);
    }

    [Fact]
    public async Task A_client_without_its_name_server_is_alive_but_not_healthy()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        var port = $"{alice.BaseAddress.Port}";
        await system.Redis.KillAsync();
        await Until.Equal(
            "alice's client is not healthy",
            HttpStatusCode.ServiceUnavailable,
            async () => (await alice.Http.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);

        await ExpectAsync(
            1,
            $"http://127.0.0.1:{port}/health: The client runs, but is not registered at Redis or not connected to RabbitMQ",
            ("ASPNETCORE_HTTP_PORTS", port));
        await ExpectAsync(0, $"http://127.0.0.1:{port}/alive: Healthy", ["/alive"], ("ASPNETCORE_HTTP_PORTS", port));
    }

    [Fact]
    public async Task The_probe_says_that_no_client_answers_and_ends()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;

        await ExpectAsync(1, $"http://127.0.0.1:{port}/health: No answer within 3 s.", ("ASPNETCORE_HTTP_PORTS", $"{port}"));
        silent.Stop();
        await ExpectAsync(1, $"http://127.0.0.1:{port}/health: No answer: ", ("ASPNETCORE_HTTP_PORTS", $"{port}"));
        await ExpectAsync(1, "'nonsense' is not an address", ["nonsense"]);
    }

    private static Task ExpectAsync(int exitCode, string line, params (string Key, string Value)[] environment) =>
        ExpectAsync(exitCode, line, [], environment);

    private static async Task ExpectAsync(int exitCode, string line, string[] arguments, params (string Key, string Value)[] environment)
    {
        await using var probe = TestProcess.Start(
            "probe",
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "AspireChat.Client.dll"), "--check-health", .. arguments],
            environment.Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value)));

        Assert.Equal(exitCode, await probe.WaitForExitAsync());

        var (said, silent) = exitCode == 0 ? (probe.Output, probe.Errors) : (probe.Errors, probe.Output);
        Assert.StartsWith(line, said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n'));
        Assert.Equal("", silent);
    }
}
