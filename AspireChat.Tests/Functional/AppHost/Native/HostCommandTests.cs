using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost.Native;

public sealed class HostCommandTests(SharedRabbitMq broker) : IDisposable
{
    private readonly TempFolder _folder = new("host-commands");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Servers_of_others_are_used_and_not_started_and_a_guest_comes_and_goes_by_command()
    {
        await using var redis = await RedisServer.StartAsync("not-for-the-screen");
        var rabbit = await broker.CreateVirtualHostAsync();
        await using var host = NativeHostProcess.Start(
            _folder.FullName,
            ["--users", "ann", "--guests", "gus", "--backends", "external"],
            [new("ConnectionStrings__redis", redis.ConnectionString), new("ConnectionStrings__rabbitmq", rabbit)]);
        var table = await host.AwaitTableAsync();

        // The dashboard and ann; the table says what they use, and no password.
        Assert.Equal(2, host.RunningChildren().Count());
        Assert.Matches($@"\n  redis +127\.0\.0\.1:{redis.Port},…\n", table);
        Assert.Matches($@"\n  rabbitmq +amqp://…@127\.0\.0\.1:\d+/[\w-]+\n", table);
        Assert.DoesNotContain("not-for-the-screen", host.Process.Output);
        Assert.DoesNotContain(new Uri(rabbit).UserInfo, host.Process.Output);
        Assert.Matches(@"\n  gus +not started: type start gus +token \S+\n", table);
        using var ann = NativeHostProcess.ApiOf("ann", table);
        Assert.Equal("Healthy", await ann.GetStringAsync("health", TestContext.Current.CancellationToken));

        Assert.StartsWith("gus runs at http://127.0.0.1:", await host.CommandAsync("start", "gus"));
        using var gus = NativeHostProcess.ApiOf("gus", await host.ShowTableAsync());
        var first = await StartedAsync(gus);
        Assert.Equal("gus runs already; 'restart gus' starts it anew.", await host.CommandAsync("start", "gus"));
        Assert.StartsWith("gus was restarted and runs at http://127.0.0.1:", await host.CommandAsync("restart", "gus"));
        Assert.NotEqual(first, await StartedAsync(gus));
        Assert.Matches(@"^gus was killed \(process \d+\); 'start gus' brings it back\.$", await host.CommandAsync("kill", "gus"));
        await Assert.ThrowsAsync<HttpRequestException>(() => StartedAsync(gus));
        Assert.Equal("gus does not run; 'start gus' starts it.", await host.CommandAsync("stop", "gus"));
        Assert.Matches(@"\n  gus +stopped: type start gus +token \S+\n", await host.ShowTableAsync());

        // What was commanded is no fault, and the end of the input is not the end.
        Assert.DoesNotContain("has ended", host.Process.Output);
        Assert.StartsWith("gus runs at", await host.CommandAsync("start", "gus"));
        host.Process.CloseInput();
        Assert.Equal("Healthy", await gus.GetStringAsync("health", TestContext.Current.CancellationToken));
        Assert.False(host.Process.HasExited, host.Process.Describe());
        await host.StopWithoutTraceAsync(NativeHostProcess.SigTerm);
    }

    [Theory]
    [InlineData("ConnectionStrings:redis", "ConnectionStrings__rabbitmq", "amqp://127.0.0.1")]
    [InlineData("ConnectionStrings:rabbitmq", "ConnectionStrings__redis", "127.0.0.1")]
    public async Task Servers_of_others_must_be_named(string missing, string present, string value)
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, ["--backends", "external"], [new(present, value)]);

        Assert.Equal(1, await host.Process.WaitForExitAsync());
        Assert.StartsWith($"--backends external needs the setting {missing}, which is missing: set", host.Process.Errors);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Servers_that_are_killed_by_command_end_nothing_and_come_back_as_they_were()
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, ["--users", "ann", "--guests"], []);
        var before = await host.AwaitTableAsync();
        using var ann = NativeHostProcess.ApiOf("ann", before);
        foreach (var server in new[] { "redis", "rabbitmq" })
        {
            Assert.StartsWith($"{server} was killed (process", await host.CommandAsync("kill", server));
            await Until.True(
                "ann notices", async () => (await ann.GetAsync("health")).StatusCode == HttpStatusCode.ServiceUnavailable);
            Assert.Equal($"{server} runs.", await host.CommandAsync("start", server));
            await UntilHealthyAsync(ann);
            Assert.StartsWith($"{server} was stopped; 'start", await host.CommandAsync("stop", server));
            Assert.Equal($"{server} runs.", await host.CommandAsync("start", server));
            await UntilHealthyAsync(ann);
        }

        Assert.StartsWith("dashboard was killed (process", await host.CommandAsync("kill", "dashboard"));
        Assert.StartsWith("dashboard runs at http://127.0.0.1:", await host.CommandAsync("start", "dashboard"));
        Assert.Equal(before, await host.ShowTableAsync());
        await host.StopWithoutTraceAsync(NativeHostProcess.SigTerm);
    }

    [Theory]
    [InlineData(NativeHostProcess.SigTerm, 0)]
    [InlineData(NativeHostProcess.SigInt, 130)]
    [Trait("Category", "Long")]
    public async Task A_stop_in_the_middle_of_commands_leaves_nothing(int signal, int exitCode)
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, "ann", "ben");
        await host.AwaitTableAsync();
        var tree = ProcessTree.Of(host.Process.Id);
        var rabbitMq = tree.Processes.Single(process => process.Value.Contains("beam", StringComparison.Ordinal)).Key;
        await host.Process.TypeAsync("restart rabbitmq");
        await host.Process.TypeAsync("restart ann");
        await host.Process.TypeAsync("start dora");
        await Until.True(
            "the old RabbitMQ has gone and the new one begins",
            () => ProcessTree.Of(host.Process.Id).Processes.Any(
                process => process.Key != rabbitMq && process.Value.Contains("beam", StringComparison.Ordinal)),
            NativeHostProcess.StopPatience);

        var during = ProcessTree.Of(host.Process.Id);
        host.Signal(signal);
        if (exitCode != 0)
        {
            // At once, that is.
            await host.AwaitOutputAsync("Stopping");
            host.Signal(signal);
        }

        Assert.Equal(exitCode, await host.Process.WaitForExitAsync(NativeHostProcess.StopPatience));
        await tree.GoneAsync();
        await during.GoneAsync();
    }

    // A process tells when it began as the time since which it is in the list of users.
    private static async Task<DateTimeOffset> StartedAsync(HttpClient api) =>
        (await new ChatApi(api).UsersAsync()).Single(user => user.Name == "gus").Since;

    private static Task UntilHealthyAsync(HttpClient api) => Until.True(
        "the client is healthy", async () => (await api.GetAsync("health")).IsSuccessStatusCode, NativeHostProcess.StartPatience);
}
