using AspireChat.Tests.Functional.AppHost.Native;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>
/// The whole system as the native host starts it, with ports and a data folder of its own. Where the package feed has
/// Aspire, a class of this name starts the AppHost under Aspire's orchestrator.
/// </summary>
public sealed class WholeSystem : IAsyncDisposable
{
    // What each command's answer says, if it did what was asked for.
    private static readonly Dictionary<string, string> Done = new()
    {
        ["start"] = "runs", ["stop"] = "was stopped", ["restart"] = "was restarted", ["kill"] = "was killed",
    };

    private readonly NativeHostProcess _host;
    private readonly TempFolder _data;
    private readonly Dictionary<string, ChatApi> _clients = [];

    private WholeSystem(NativeHostProcess host, TempFolder data) => (_host, _data) = (host, data);

    /// <summary>Starts Redis, RabbitMQ and the users' clients, and waits until all are healthy.</summary>
    /// <param name="users">Who gets a client.</param>
    /// <param name="guests">Whose clients wait to be started by command.</param>
    public static async Task<WholeSystem> StartAsync(string[] users, string[] guests)
    {
        var data = new TempFolder("apphost");
        var system = new WholeSystem(
            NativeHostProcess.Start(data.FullName, ["--users", .. users, "--guests", .. guests], []), data);
        try
        {
            var table = await system._host.AwaitTableAsync();
            foreach (var user in users)
            {
                system._clients[user] = new ChatApi(NativeHostProcess.ApiOf(user, table));
            }

            await Task.WhenAll(users.Select(system.WaitForHealthyAsync));
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>The API of a user's client, which stays where it is over restarts; a guest's once it was started.</summary>
    public ChatApi Client(string user) => _clients[user];

    /// <summary>Runs a command of a resource, and waits until it says that it happened.</summary>
    /// <param name="resource">A user, <c>redis</c> or <c>rabbitmq</c>.</param>
    /// <param name="command"><c>start</c>, <c>stop</c>, <c>restart</c> or <c>kill</c>.</param>
    public async Task RunCommandAsync(string resource, string command)
    {
        var answer = await _host.CommandAsync(command, resource);
        Assert.StartsWith($"{resource} {Done[command]}", answer);
        Assert.DoesNotContain("already", answer);
        if (command == "start" && !IsServer(resource) && !_clients.ContainsKey(resource))
        {
            _clients[resource] = new ChatApi(NativeHostProcess.ApiOf(resource, await _host.ShowTableAsync()));
        }
    }

    /// <summary>Waits until a resource runs and answers.</summary>
    public async Task WaitForHealthyAsync(string resource)
    {
        if (IsServer(resource))
        {
            // The host says that a server runs when it has answered; it only remains that it does.
            Assert.DoesNotMatch($@"\n  {resource} +(stopped|has ended)", await _host.ShowTableAsync());
            return;
        }

        await Until.True(
            $"{resource} is healthy",
            async () => (await Client(resource).Http.GetAsync("health")).IsSuccessStatusCode,
            NativeHostProcess.StartPatience,
            () => _host.Process.HasExited ? _host.Process.Describe() : null);
    }

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Http.Dispose();
        }

        await _host.DisposeAsync();
        _data.Dispose();
    }

    private static bool IsServer(string resource) => resource is "redis" or "rabbitmq";
}
