using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Redis, RabbitMQ, the dashboard and the clients as programs of this machine. They start in this order as far as one
/// needs the other, and stop in the opposite one.
/// </summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ServerDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ClientDeadline = TimeSpan.FromSeconds(60);

    // A client has ten seconds to say goodbye to others; RabbitMQ takes five for its management pages alone.
    private static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(30);

    private readonly Children _children;
    private readonly HostConsole _console;
    private readonly HttpClient _http = new() { Timeout = AnswerTime };
    private readonly CancellationTokenSource _failed = new();
    private HostException? _failure;
    private volatile bool _stopping;

    private RunningSystem(
        LocalRedis redis,
        LocalRabbitMq rabbitMq,
        Dashboard dashboard,
        IReadOnlyList<ChatClient> clients,
        Children children,
        HostConsole console)
    {
        Redis = redis;
        RabbitMq = rabbitMq;
        Dashboard = dashboard;
        Clients = clients;
        _children = children;
        _console = console;
        console.Expect([redis.Program.Name, rabbitMq.Program.Name, dashboard.Program.Name, .. clients.Select(client => client.User)]);
    }

    /// <summary>The name server.</summary>
    public LocalRedis Redis { get; }

    /// <summary>The broker.</summary>
    public LocalRabbitMq RabbitMq { get; }

    /// <summary>The dashboard.</summary>
    public Dashboard Dashboard { get; }

    /// <summary>The clients.</summary>
    public IReadOnlyList<ChatClient> Clients { get; }

    /// <summary>Chooses ports and secrets and writes configurations; nothing runs yet.</summary>
    /// <exception cref="HostException">A program is missing.</exception>
    public static RunningSystem Prepare(IReadOnlyList<string> users, DataFolder data, Children children, HostConsole console)
    {
        var ports = new LoopbackPorts();
        var redis = LocalRedis.Prepare(data, ports);
        var rabbitMq = LocalRabbitMq.Prepare(data, ports);
        var dashboard = Dashboard.Prepare(data, ports);
        var connections = ChatClient.Connections(redis, rabbitMq, dashboard);
        return new RunningSystem(
            redis,
            rabbitMq,
            dashboard,
            [.. users.Select(user => ChatClient.Prepare(user, connections, data, ports))],
            children,
            console);
    }

    /// <summary>Whether a program runs.</summary>
    public bool Runs(LocalProgram program) => _children.Runs(program);

    /// <summary>Starts everything and stays until it is to end.</summary>
    /// <param name="whenUp">Called once the servers answer and each client is healthy or has failed and said so.</param>
    /// <param name="stopping">Asks to end.</param>
    /// <exception cref="HostException">Redis or RabbitMQ did not start, or has ended: without them nothing goes on for long.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public async Task RunAsync(Action whenUp, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _failed.Token);
        try
        {
            _console.Say("Starting Redis, RabbitMQ and the dashboard …");
            await Task.WhenAll(StartRedisAsync(ending.Token), StartRabbitMqAsync(ending.Token), StartDashboardAsync(ending.Token));
            ending.Token.ThrowIfCancellationRequested();

            _console.Say($"Starting {string.Join(", ", Clients.Select(client => client.User))} …");
            await Task.WhenAll(Clients.Select(client => StartClientAsync(client, ending.Token)));

            whenUp();
            await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token);
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
            throw _failure;
        }
    }

    /// <summary>Stops everything in order; afterwards nothing of it runs or listens.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await Task.WhenAll(Clients.Select(client => _children.StopAsync(client.Program, ClientPatience)));
        await _children.StopAsync(Dashboard.Program, ClientPatience);
        await _children.StopAsync(RabbitMq.Program, ServerPatience);
        await _children.StopAsync(RabbitMq.PortMapper, ServerPatience);
        await _children.StopAsync(Redis.Program, ServerPatience);
        _http.Dispose();
        _failed.Dispose();
    }

    private Task StartRedisAsync(CancellationToken cancellationToken) =>
        StartServerAsync(Redis.Program, Redis.IsReadyAsync, cancellationToken);

    private async Task StartRabbitMqAsync(CancellationToken cancellationToken)
    {
        await StartServerAsync(RabbitMq.PortMapper, RabbitMq.IsPortMapperReadyAsync, cancellationToken);
        await StartServerAsync(RabbitMq.Program, RabbitMq.IsReadyAsync, cancellationToken);
    }

    private Task StartDashboardAsync(CancellationToken cancellationToken) =>
        StartDispensableAsync(Dashboard.Program, Dashboard.Address, "the chat works without it", cancellationToken);

    private Task StartClientAsync(ChatClient client, CancellationToken cancellationToken) =>
        StartDispensableAsync(client.Program, client.Address, "the others run on", cancellationToken);

    private async Task StartServerAsync(
        LocalProgram program, Func<CancellationToken, Task<bool>> answers, CancellationToken cancellationToken)
    {
        try
        {
            await _children.StartAsync(program, showsLines: false, answers, ServerDeadline, cancellationToken);
            _ = WatchAsync();
        }
        catch (HostException e)
        {
            await FailAsync(e);
        }

        async Task WatchAsync()
        {
            await _children.AwaitEndAsync(program);
            if (!_stopping)
            {
                await FailAsync(_children.TellEnd(program));
            }
        }
    }

    private async Task StartDispensableAsync(
        LocalProgram program, Uri address, string consolation, CancellationToken cancellationToken)
    {
        try
        {
            await _children.StartAsync(program, showsLines: true, AnswersAsync, ClientDeadline, cancellationToken);
        }
        catch (HostException e)
        {
            _console.Say($"{e.Message} Still, {consolation}.");
        }

        if (Runs(program))
        {
            _ = WatchAsync();
        }

        async Task<bool> AnswersAsync(CancellationToken token)
        {
            try
            {
                using var response = await _http.GetAsync(new Uri(address, "health"), token);
                return response.IsSuccessStatusCode;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !token.IsCancellationRequested))
            {
                return false;
            }
        }

        async Task WatchAsync()
        {
            await _children.AwaitEndAsync(program);
            if (!_stopping)
            {
                _console.Say($"{_children.TellEnd(program).Message} Still, {consolation}.");
            }
        }
    }

    private async Task FailAsync(HostException failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null)
        {
            _console.Say($"{failure.Message} Stopping the rest …");
            await _failed.CancelAsync();
        }
    }
}
