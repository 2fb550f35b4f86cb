using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>What the arguments and this machine decide before the diagram can be drawn.</summary>
internal sealed class HostSetup : IDisposable
{
    private readonly DataFolder? _data;
    private readonly LoopbackPorts _ports = new();

    private HostSetup(HostArguments arguments, Backends backends, DataFolder? data)
    {
        Users = arguments.Users;
        Guests = data is null ? [] : arguments.Guests;
        Backends = backends;
        _data = data;
    }

    /// <summary>The users who get a client.</summary>
    public IReadOnlyList<string> Users { get; }

    /// <summary>Those whose clients wait to be started by hand; none when nothing runs.</summary>
    public IReadOnlyList<string> Guests { get; }

    /// <summary>Where Redis and RabbitMQ come from.</summary>
    public Backends Backends { get; }

    /// <summary>The data folder; null when nothing runs, only deployment artifacts are made.</summary>
    public DataFolder? Data => _data;

    /// <summary>Reads the arguments, looks for a container runtime, locks the data folder.</summary>
    /// <returns>Null if the system cannot be started; the reason is on standard error.</returns>
    public static HostSetup? Prepare(IDistributedApplicationBuilder builder, string[] args)
    {
        try
        {
            var arguments = HostArguments.Parse(args, builder.Configuration);
            return builder.ExecutionContext.IsPublishMode
                ? new HostSetup(arguments, ChooseForPublishing(arguments.Backends), data: null)
                : new HostSetup(arguments, ContainerRuntime.Choose(arguments.Backends), DataFolder.Open(arguments.DataFolder));
        }
        catch (HostException e)
        {
            Console.Error.WriteLine(e.Message);
            return null;
        }
    }

    /// <summary>
    /// The name of a server's volume. Published, it is the same wherever it was made, for the data hang on it; null while
    /// developing, where Aspire makes one for each copy of the sources.
    /// </summary>
    public string? VolumeName(string server) => _data is null ? $"{server}-data" : null;

    /// <summary>A redis-server of this machine.</summary>
    public LocalRedis PrepareRedis() => LocalRedis.Prepare(LocalData, _ports);

    /// <summary>A rabbitmq-server of this machine.</summary>
    public LocalRabbitMq PrepareRabbitMq() => LocalRabbitMq.Prepare(LocalData, _ports);

    /// <summary>Gives the data folder free.</summary>
    public void Dispose() => _data?.Dispose();

    private DataFolder LocalData => _data ?? throw new InvalidOperationException("Local servers are for running, not for publishing.");

    private static Backends ChooseForPublishing(Backends? asked) => asked is Backends.Local
        ? throw new HostException("Programs of this machine cannot be published: use --backends container or --backends external.")
        : asked ?? Backends.Container;
}
