using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>
/// The whole system as the AppHost starts it, with programs on this machine instead of containers, and ports and a data
/// folder for this system alone.
/// </summary>
public sealed class WholeSystem : IAsyncDisposable
{
    private static readonly TimeSpan TurnDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BuildDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    // Each system is ten processes or more; two cores carry two systems at a time.
    private static readonly SemaphoreSlim Turns = new(2);

    private readonly DistributedApplication _app;
    private readonly TempFolder _data;
    private readonly Dictionary<string, ChatApi> _clients = [];
    private readonly CancellationTokenSource _watching = new();
    private Task _errors = Task.CompletedTask;

    private WholeSystem(DistributedApplication app, TempFolder data)
    {
        _app = app;
        _data = data;
    }

    /// <summary>The states of all resources.</summary>
    public ResourceNotificationService Notifications => _app.ResourceNotifications;

    /// <summary>The dashboard, if the system has one.</summary>
    public DashboardReader Dashboard => new(_app);

    /// <summary>Starts Redis, RabbitMQ and the users' clients, and waits until all are healthy.</summary>
    /// <param name="users">The users whose clients start with the system.</param>
    /// <param name="guests">The users whose clients are started by command.</param>
    /// <param name="dashboard">Whether the dashboard runs too.</param>
    /// <param name="terminals">Whether clients have terminals; their output is then in no log.</param>
    public static async Task<WholeSystem> StartAsync(string[] users, string[] guests, bool dashboard = false, bool terminals = false)
    {
        var stop = TestContext.Current.CancellationToken;
        await Turns.WaitAsync(stop).DefaultTimeout(TurnDeadline);
        var data = new TempFolder("apphost");
        WholeSystem? system = null;
        try
        {
            string[] withoutTerminals = terminals ? [] : ["--ASPIRE_TERMINAL_HOST_PATH=none"];
            var builder = await DistributedApplicationTestingBuilder
                .CreateAsync<Projects.AspireChat_AppHost>(
                    new DistributedApplicationTestingBuilderOptions { EnableDashboard = dashboard },
                    [.. withoutTerminals, "--backends", "local", "--data", data.FullName, "--users", .. users, "--guests", .. guests],
                    stop)
                .DefaultTimeout(BuildDeadline);
            builder.Configuration["ASPIRE_INTERACTIVITY_ENABLED"] = $"{dashboard}"; // The dashboard's forms; off under test otherwise.
            builder.Configuration["Logging:LogLevel:Default"] = "Warning";
            builder.Configuration["Logging:LogLevel:AspireChat.AppHost.Resources"] = "None"; // What the programs write.
            if (!dashboard)
            {
                RemoveCollector(builder);
            }

            system = new WholeSystem(await builder.BuildAsync(stop).DefaultTimeout(BuildDeadline), data);
            await system._app.StartAsync(stop).DefaultTimeout(StartDeadline);
            system.WatchForErrors(users.Concat(guests));
            foreach (var user in users.Concat(guests))
            {
                system._clients[user] = await system.ConnectAsync(user, stop);
            }

            await Task.WhenAll(users.Select(system.WaitForHealthyAsync));
            return system;
        }
        catch (Exception e)
        {
            var diagnosis = system is null ? "" : await system.DiagnoseAsync();
            if (system is not null)
            {
                await system.DisposeAsync();
            }
            else
            {
                data.Dispose();
                Turns.Release();
            }

            throw new InvalidOperationException($"The system did not start: {e.Message}\n{diagnosis}", e);
        }
    }

    /// <summary>The API of a user's client; its address stays over restarts.</summary>
    public ChatApi Client(string user) => _clients[user];

    /// <summary>Runs a command of a resource, which must succeed.</summary>
    /// <param name="resource">A user, <c>redis</c> or <c>rabbitmq</c>.</param>
    /// <param name="command"><c>start</c>, <c>stop</c>, <c>restart</c> or <c>kill</c>.</param>
    public async Task RunCommandAsync(string resource, string command)
    {
        var result = await ExecuteAsync(resource, command);
        Assert.True(result.Success, $"{resource} {command}: {result.Message}");
    }

    /// <summary>Runs any command without a dashboard.</summary>
    /// <returns>Its result, whether it succeeded or not.</returns>
    public Task<ExecuteCommandResult> ExecuteAsync(string resource, string command, params (string Name, string Value)[] arguments)
    {
        var inputs = arguments.Select(argument => new InteractionInput { Name = argument.Name, InputType = InputType.Text, Value = argument.Value });
        return _app.ResourceCommands
            .ExecuteCommandAsync(resource, command, new InteractionInputCollection([.. inputs]), TestContext.Current.CancellationToken)
            .DefaultTimeout(CommandDeadline, $"{resource} {command}");
    }

    /// <summary>Waits until a resource runs and answers.</summary>
    public async Task WaitForHealthyAsync(string resource)
    {
        // Aspire waits for an unknown name without end.
        Assert.Contains(resource, Model.Resources.Select(known => known.Name));

        // A restarting resource may still be seen as ended; the deadline reveals one that does not come back.
        await Notifications
            .WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, TestContext.Current.CancellationToken)
            .DefaultTimeout(HealthDeadline, $"{resource} is healthy");
    }

    /// <summary>The state, the health and the last output of each resource.</summary>
    public Task<string> DiagnoseAsync() => ResourceDiagnosis.OfAsync(_app, Model);

    /// <summary>Stops everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Http.Dispose();
        }

        try
        {
            await _app.DisposeAsync().AsTask().WaitAsync(StopDeadline);
        }
        finally
        {
            await _watching.CancelAsync();
            await _errors.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _watching.Dispose();
            _data.Dispose();
            Turns.Release();
        }
    }

    // Without a dashboard Aspire names a collector that does not exist; clients would call it every second.
    private static void RemoveCollector(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var client in builder.Resources.OfType<ProjectResource>().ToList())
        {
            builder.CreateResourceBuilder(client)
                .WithEnvironment(context => context.EnvironmentVariables.Remove("OTEL_EXPORTER_OTLP_ENDPOINT"));
        }
    }

    private DistributedApplicationModel Model => _app.Services.GetRequiredService<DistributedApplicationModel>();

    // The host keeps the output, so this reads it from the first line until the host stops. The host puts the time before
    // each line.
    private void WatchForErrors(IEnumerable<string> users)
    {
        var owner = LoggedErrors.Owner;
        var logs = _app.Services.GetRequiredService<ResourceLoggerService>();
        _errors = Task.WhenAll(users.Select(async user =>
        {
            await foreach (var lines in logs.WatchAsync(Model.Resources.Single(known => known.Name == user)).WithCancellation(_watching.Token))
            {
                foreach (var line in lines)
                {
                    LoggedErrors.Look(owner, user, line.Content[(line.Content.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
                }
            }
        }));
    }

    private async Task<ChatApi> ConnectAsync(string user, CancellationToken cancellationToken)
    {
        var token = Model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == $"{user}-token");

        // Not a client of the factory, whose retries would send messages twice. It sends no trace headers: clients in this
        // process listen to its activities too and would leave the call out.
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = _app.GetEndpoint(user, "http"),
        };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await token.GetValueAsync(cancellationToken));
        return new ChatApi(http);
    }
}
