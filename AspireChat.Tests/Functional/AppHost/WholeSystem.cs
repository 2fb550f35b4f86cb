extern alias apphost;

using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>
/// The whole system as the AppHost starts it, with programs of this machine instead of containers, ports and a data folder
/// of its own.
/// </summary>
public sealed class WholeSystem : IAsyncDisposable
{
    private static readonly TimeSpan BuildDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly DistributedApplication _app;
    private readonly TempFolder _data;
    private readonly Dictionary<string, ChatApi> _clients;

    private WholeSystem(DistributedApplication app, TempFolder data, Dictionary<string, ChatApi> clients)
    {
        _app = app;
        _data = data;
        _clients = clients;
    }

    /// <summary>The states of all resources.</summary>
    public ResourceNotificationService Notifications => _app.ResourceNotifications;

    /// <summary>Starts Redis, RabbitMQ and the users' clients, and waits until all are healthy.</summary>
    /// <param name="users">Who gets a client.</param>
    /// <param name="guests">Whose clients wait to be started by command.</param>
    public static async Task<WholeSystem> StartAsync(string[] users, string[] guests)
    {
        var stop = TestContext.Current.CancellationToken;
        var data = new TempFolder("apphost");
        DistributedApplication? app = null;
        try
        {
            var builder = await DistributedApplicationTestingBuilder
                .CreateAsync<apphost::Projects.AspireChat_AppHost>(
                    ["--backends", "local", "--data", data.FullName, "--users", .. users, "--guests", .. guests], stop)
                .DefaultTimeout(BuildDeadline);
            builder.Configuration["Logging:LogLevel:Default"] = "Warning";
            builder.Configuration["Logging:LogLevel:AspireChat.AppHost.Resources"] = "None"; // What the programs write.
            app = await builder.BuildAsync(stop).DefaultTimeout(BuildDeadline);
            await app.StartAsync(stop).DefaultTimeout(StartDeadline);
            var clients = new Dictionary<string, ChatApi>();
            foreach (var user in users.Concat(guests))
            {
                clients[user] = await ConnectAsync(app, user, stop);
            }

            var system = new WholeSystem(app, data, clients);
            await Task.WhenAll(users.Select(system.WaitForHealthyAsync));
            return system;
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            data.Dispose();
            throw;
        }
    }

    /// <summary>The API of a user's client, which stays where it is over restarts.</summary>
    public ChatApi Client(string user) => _clients[user];

    /// <summary>Runs a command of a resource, and waits until it says that it happened.</summary>
    /// <param name="resource">A user, <c>redis</c> or <c>rabbitmq</c>.</param>
    /// <param name="command"><c>start</c>, <c>stop</c>, <c>restart</c> or <c>kill</c>.</param>
    public async Task RunCommandAsync(string resource, string command)
    {
        var result = await ExecuteAsync(resource, command);
        Assert.True(result.Success, $"{resource} {command}: {result.Message}");
    }

    /// <summary>Executes any command, without a dashboard.</summary>
    /// <returns>What it answers, whether it succeeded or not.</returns>
    public Task<ExecuteCommandResult> ExecuteAsync(string resource, string command, params (string Name, string Value)[] arguments)
    {
        var inputs = arguments.Select(argument => new InteractionInput { Name = argument.Name, InputType = InputType.Text, Value = argument.Value });
        return _app.ResourceCommands
            .ExecuteCommandAsync(resource, command, new InteractionInputCollection([.. inputs]), TestContext.Current.CancellationToken)
            .DefaultTimeout(CommandDeadline, $"{resource} {command}");
    }

    /// <summary>Waits until a resource runs and answers.</summary>
    public Task WaitForHealthyAsync(string resource) => Notifications
        .WaitForResourceHealthyAsync(resource, TestContext.Current.CancellationToken)
        .DefaultTimeout(HealthDeadline, $"{resource} is healthy");

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Http.Dispose();
        }

        await _app.DisposeAsync().AsTask().WaitAsync(StopDeadline);
        _data.Dispose();
    }

    private static async Task<ChatApi> ConnectAsync(DistributedApplication app, string user, CancellationToken cancellationToken)
    {
        var token = app.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .OfType<ParameterResource>()
            .Single(parameter => parameter.Name == $"{user}-token");

        // A client of one's own and not the factory's, whose retries would send messages twice.
        var http = new HttpClient { BaseAddress = app.GetEndpoint(user, "http") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await token.GetValueAsync(cancellationToken));
        return new ChatApi(http);
    }
}
