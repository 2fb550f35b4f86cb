using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Redis, RabbitMQ, the dashboard and the clients as programs of this machine. They start in this order as far as one
/// needs the other, and stop in the opposite one. Redis and RabbitMQ may also run elsewhere.
/// </summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ServerDeadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan ClientDeadline = TimeSpan.FromSeconds(60);

    // A client has ten seconds to say goodbye to others; RabbitMQ takes five for its management pages alone.
    private static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(30);

    // What commands call so; a user of that name has a client that they call otherwise.
    private static readonly string[] Reserved = ["dashboard", "redis", "rabbitmq"];

    private readonly Children _children;
    private readonly HostConsole _console;

    // No proxy stands between two programs of one machine.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerTime };
    private readonly CancellationTokenSource _failed = new();
    private readonly Resource? _portMapper;
    private HostException? _failure;
    private volatile bool _stopping;

    private RunningSystem(
        Servers servers,
        Dashboard dashboard,
        IReadOnlyList<ChatClient> users,
        IReadOnlyList<ChatClient> guests,
        Children children,
        HostConsole console)
    {
        _children = children;
        _console = console;
        Servers = servers;
        Dashboard = dashboard;
        Users = users;
        Guests = guests;
        List<Resource> resources = [.. users.Concat(guests).Select(ForClient), ForDashboard()];
        if (servers.Local is var (redis, rabbitMq))
        {
            _portMapper = ForServer(rabbitMq.PortMapper, rabbitMq.IsPortMapperReadyAsync);
            resources.Add(ForServer(redis.Program, redis.IsReadyAsync));
            resources.Add(ForServer(rabbitMq.Program, rabbitMq.IsReadyAsync));
        }

        Resources = resources;
        console.Expect(resources.Select(resource => resource.Program.Name));
    }

    /// <summary>The name server and the broker.</summary>
    public Servers Servers { get; }

    /// <summary>The dashboard.</summary>
    public Dashboard Dashboard { get; }

    /// <summary>The clients that start with the rest.</summary>
    public IReadOnlyList<ChatClient> Users { get; }

    /// <summary>The clients that start when somebody says so.</summary>
    public IReadOnlyList<ChatClient> Guests { get; }

    /// <summary>What can be commanded, in the order in which it is shown.</summary>
    public IReadOnlyList<Resource> Resources { get; }

    /// <summary>The one whose program this is.</summary>
    public Resource Of(LocalProgram program) => Resources.First(resource => resource.Program == program);

    /// <summary>Chooses ports and secrets and writes configurations; nothing runs yet.</summary>
    /// <param name="arguments">What was asked for.</param>
    /// <param name="elsewhere">Servers that run elsewhere; null: they are to run here.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="children">Where programs are started.</param>
    /// <param name="console">Where it is told what happens.</param>
    /// <exception cref="HostException">A program is missing.</exception>
    public static RunningSystem Prepare(
        HostArguments arguments, Servers? elsewhere, DataFolder data, Children children, HostConsole console)
    {
        var ports = new LoopbackPorts();
        var servers = elsewhere ?? Servers.OfThisMachine(data, ports);
        var dashboard = Dashboard.Prepare(data, ports);
        var connections = ChatClient.Connections(servers, dashboard);
        return new RunningSystem(servers, dashboard, Clients(arguments.Users), Clients(arguments.Guests), children, console);

        ChatClient[] Clients(IReadOnlyList<string> names) =>
            [.. names.Select(name => ChatClient.Prepare(name, connections, data, ports))];
    }

    /// <summary>Starts everything and stays until it is to end.</summary>
    /// <param name="whileUp">
    /// Called once the servers answer and each client is healthy or has failed and said so; ends in time when it is cancelled.
    /// </param>
    /// <param name="stopping">Asks to end.</param>
    /// <exception cref="HostException">Redis or RabbitMQ did not start, or has ended: without them nothing goes on for long.</exception>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> whileUp, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, _failed.Token);
        try
        {
            _console.Say(Servers.Local is null ? "Starting the dashboard …" : "Starting Redis, RabbitMQ and the dashboard …");
            await Task.WhenAll(StartServersAsync(ending.Token), StartAsync(Of(Dashboard.Program), ending.Token));
            ending.Token.ThrowIfCancellationRequested();

            _console.Say($"Starting {string.Join(", ", Users.Select(client => client.User))} …");
            await Task.WhenAll(Users.Select(client => StartAsync(Of(client.Program), ending.Token)));

            await whileUp(ending.Token);
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
        await Task.WhenAll(Users.Concat(Guests).Select(client => Of(client.Program).StopAsync()));
        await Of(Dashboard.Program).StopAsync();
        if (Servers.Local is var (redis, rabbitMq))
        {
            await Of(rabbitMq.Program).StopAsync();
            await _portMapper!.StopAsync();
            await Of(redis.Program).StopAsync();
        }

        _http.Dispose();
        _failed.Dispose();
    }

    private async Task StartServersAsync(CancellationToken cancellationToken)
    {
        if (Servers.Local is var (redis, rabbitMq))
        {
            await Task.WhenAll(StartAsync(Of(redis.Program), cancellationToken), StartRabbitMqAsync());
        }

        async Task StartRabbitMqAsync()
        {
            await StartAsync(_portMapper!, cancellationToken);
            await StartAsync(Of(rabbitMq.Program), cancellationToken);
        }
    }

    // Unlike a start by command, which only answers, this one may end everything if it fails.
    private static async Task StartAsync(Resource resource, CancellationToken cancellationToken)
    {
        try
        {
            await resource.StartAsync(cancellationToken);
        }
        catch (HostException e)
        {
            await resource.OnFault(e);
        }
    }

    private Resource ForClient(ChatClient client)
    {
        var name = client.User;
        while (Reserved.Contains(name) || (name != client.User && Users.Concat(Guests).Any(other => other.User == name)))
        {
            name = $"client-{name}";
        }

        return ForPart(client.Program, name, client.Address, "the others run on");
    }

    private Resource ForDashboard() => ForPart(
        Dashboard.Program, Dashboard.Program.Name, Dashboard.Address, "the chat works without it");

    // What the rest can do without.
    private Resource ForPart(LocalProgram program, string name, Uri address, string consolation) => new(program, _children)
    {
        Name = name,
        Address = address,
        ShowsLines = true,
        Answers = token => IsHealthyAsync(address, token),
        StartDeadline = ClientDeadline,
        StopPatience = ClientPatience,
        OnFault = fault =>
        {
            if (!_stopping)
            {
                var isLate = _children.StateOf(program) is ChildState.Running;
                _console.Say($"{fault.Message} Still, {consolation}{(isLate ? "" : $"; 'start {name}' brings it back")}.");
            }

            return Task.CompletedTask;
        },
    };

    private Resource ForServer(LocalProgram program, Func<CancellationToken, Task<bool>> answers) => new(program, _children)
    {
        Answers = answers,
        StartDeadline = ServerDeadline,
        StopPatience = ServerPatience,
        OnFault = fault => _stopping ? Task.CompletedTask : FailAsync(fault),
    };

    private async Task<bool> IsHealthyAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(address, "health"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (
            e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
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
