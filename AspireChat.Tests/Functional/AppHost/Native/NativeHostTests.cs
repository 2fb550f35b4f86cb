extern alias apphost;

using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using apphost::AspireChat.AppHost.Native;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost.Native;

public sealed class NativeHostTests : IDisposable
{
    private readonly TempFolder _folder = new("native host"); // With a space in it.

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_system_comes_up_can_be_joined_and_goes_without_a_trace_on_SIGTERM()
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, "ann", "ben");
        var table = await host.AwaitTableAsync();

        // Both are healthy and see each other, with the tokens of the table.
        foreach (var user in new[] { "ann", "ben" })
        {
            using var api = NativeHostProcess.ApiOf(user, table);
            Assert.Equal("Healthy", await api.GetStringAsync("health", TestContext.Current.CancellationToken));
            await Until.Sequence($"{user} sees both", ["ann", "ben"], () => UsersAsync(api));
        }

        // The dashboard lets in whoever has the link, and nobody else.
        var link = Regex.Match(table, @"http\S+/login\?t=\S+").Value;
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var welcome = await browser.GetAsync(link, TestContext.Current.CancellationToken);
        Assert.Equal("/", welcome.Headers.Location?.ToString());
        using var stranger = await browser.GetAsync(new Uri(new Uri(link), "/login?t=wrong"), TestContext.Current.CancellationToken);
        Assert.NotEqual("/", stranger.Headers.Location?.ToString());

        await using (Join("finn", table, _folder.File("finn")))
        {
            using var api = NativeHostProcess.ApiOf("ann", table);
            await Until.Sequence(
                "ann sees who joined by hand", ["ann", "ben", "finn"], () => UsersAsync(api), NativeHostProcess.StartPatience);
        }

        await using (var second = NativeHostProcess.Start(_folder.FullName, "cem"))
        {
            Assert.Equal(1, await second.Process.WaitForExitAsync());
            Assert.Contains("runs already with the data folder", second.Process.Errors);
        }

        await host.StopWithoutTraceAsync(NativeHostProcess.SigTerm);
    }

    [Fact]
    public async Task Ctrl_C_while_it_starts_ends_it_without_a_trace()
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, "ann");
        await host.AwaitOutputAsync("Starting Redis");
        await Until.True("RabbitMQ and Redis begin", () => host.RunningChildren().Count() >= 4, NativeHostProcess.StartPatience);

        await host.StopWithoutTraceAsync(NativeHostProcess.SigInt);
        Assert.DoesNotContain("AspireChat runs", host.Process.Output);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ctrl_C_stops_a_running_system_without_a_trace_and_the_next_one_remembers()
    {
        string before;
        await using (var host = NativeHostProcess.Start(_folder.FullName, "ann"))
        {
            before = await FingerprintAsync(await host.AwaitTableAsync());
            await host.StopWithoutTraceAsync(NativeHostProcess.SigInt);
        }

        await using var again = NativeHostProcess.Start(_folder.FullName, "ann");
        Assert.Equal(before, await FingerprintAsync(await again.AwaitTableAsync()));
        await again.StopWithoutTraceAsync(NativeHostProcess.SigTerm);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task What_a_killed_host_leaves_behind_is_ended_by_the_next()
    {
        ProcessTree left;
        await using (var host = NativeHostProcess.Start(_folder.FullName, "ann"))
        {
            await host.AwaitTableAsync();
            left = ProcessTree.Of(host.Process.Id);
            host.Signal(NativeHostProcess.SigKill);
            await host.Process.WaitForExitAsync();

            await using var next = NativeHostProcess.Start(_folder.FullName, "ann");
            await next.AwaitTableAsync();
            Assert.Contains("An earlier run that was killed has left rabbitmq running", next.Process.Output);
            Assert.Empty(left.Alive());
            Assert.Empty(left.StillListening());
            await next.StopWithoutTraceAsync(NativeHostProcess.SigTerm);
        }
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_client_that_dies_is_told_and_Ctrl_C_twice_ends_the_rest_at_once()
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, "ann", "ben");
        var table = await host.AwaitTableAsync();
        var tree = ProcessTree.Of(host.Process.Id);

        Kill(tree, "--name ben");
        await host.AwaitOutputAsync("ben has ended with exit code 137; its last lines are above. Still, the others run on; 'start ben' brings it back.");
        using var api = NativeHostProcess.ApiOf("ann", table);
        Assert.Equal("Healthy", await api.GetStringAsync("health", TestContext.Current.CancellationToken));

        host.Signal(NativeHostProcess.SigInt);
        await host.AwaitOutputAsync("Stopping");
        host.Signal(NativeHostProcess.SigInt);
        Assert.Equal(130, await host.Process.WaitForExitAsync());
        await tree.GoneAsync();
    }

    [Theory]
    [InlineData("redis-server", "redis")]
    [InlineData("beam", "rabbitmq")]
    [Trait("Category", "Long")]
    public async Task Without_a_server_the_rest_ends_with_a_sentence(string program, string name)
    {
        await using var host = NativeHostProcess.Start(_folder.FullName, "ann");
        await host.AwaitTableAsync();
        var tree = ProcessTree.Of(host.Process.Id);

        Kill(tree, program);

        Assert.Equal(1, await host.Process.WaitForExitAsync(NativeHostProcess.StopPatience));
        Assert.StartsWith($"{name} has ended with exit code", host.Process.Errors);
        await tree.GoneAsync();
    }

    private static void Kill(ProcessTree tree, string program)
    {
        var id = tree.Processes.Single(process => process.Value.Contains(program, StringComparison.Ordinal)).Key;
        Process.GetProcessById(id).Kill();
    }

    // The printed command, but with the client that is built already.
    private static TestProcess Join(string user, string table, string dataDirectory)
    {
        var command = table[table.IndexOf("Join as", StringComparison.Ordinal)..];
        var run = Regex.Match(command, @"dotnet run --project \S+ -- (?<arguments>.*)$", RegexOptions.Multiline);
        Assert.True(run.Success, command);
        var settings = command[(command.IndexOf('\n', StringComparison.Ordinal) + 1)..run.Index];
        var script = $"{settings} exec '{BuildPaths.DotNet}' '{BuildPaths.ClientProgram}' {run.Groups["arguments"].Value}";
        return TestProcess.Start(user, "/bin/sh", ["-c", script], [new("Chat__DataDirectory", dataDirectory)]);
    }

    private static async Task<IEnumerable<string>> UsersAsync(HttpClient api)
    {
        var users = await api.GetFromJsonAsync<JsonElement>("api/users", TestContext.Current.CancellationToken);
        return [.. users.GetProperty("items").EnumerateArray().Select(user => user.GetProperty("name").GetString()!).Order()];
    }

    private static async Task<string> FingerprintAsync(string table)
    {
        using var api = NativeHostProcess.ApiOf("ann", table);
        var me = await api.GetFromJsonAsync<JsonElement>("api/me", TestContext.Current.CancellationToken);
        return me.GetProperty("fingerprint").GetString()!;
    }
}
