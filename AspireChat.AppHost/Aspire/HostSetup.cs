using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>What the arguments and this machine decide before the diagram can be drawn.</summary>
internal sealed class HostSetup : IDisposable
{
    private readonly DataFolder? _data;
    private readonly LoopbackPorts _ports = new();

    private HostSetup(HostArguments arguments, bool usesContainers, DataFolder? data)
    {
        Users = [.. arguments.Users.Select((user, position) => (user, ResourceNames.Of(user, position)))];
        UsesContainers = usesContainers;
        _data = data;
    }

    /// <summary>The users, and how their clients are called in the diagram.</summary>
    public IReadOnlyList<(string User, string Name)> Users { get; }

    /// <summary>Whether Redis and RabbitMQ come from containers, or from programs of this machine.</summary>
    public bool UsesContainers { get; }

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
                ? new HostSetup(arguments, usesContainers: true, data: null)
                : new HostSetup(arguments, ContainerRuntime.Choose(arguments.Backends), DataFolder.Open(arguments.DataFolder));
        }
        catch (HostException e)
        {
            Console.Error.WriteLine(e.Message);
            return null;
        }
    }

    /// <summary>A redis-server of this machine.</summary>
    public LocalRedis PrepareRedis() => LocalRedis.Prepare(LocalData, _ports);

    /// <summary>A rabbitmq-server of this machine.</summary>
    public LocalRabbitMq PrepareRabbitMq() => LocalRabbitMq.Prepare(LocalData, _ports);

    /// <summary>Gives the data folder free.</summary>
    public void Dispose() => _data?.Dispose();

    private DataFolder LocalData => _data ?? throw new InvalidOperationException("Local servers are for running, not for publishing.");
}
