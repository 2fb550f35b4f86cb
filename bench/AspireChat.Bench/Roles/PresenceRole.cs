using AspireChat.Bench.Processes;
using AspireChat.Bench.Servers;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Redis;
using AspireChat.Client.Session;

namespace AspireChat.Bench.Roles;

/// <summary>The part of clients that talks to the name server, many in a process: registered, and nothing else.</summary>
internal sealed class PresenceRole : Role
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly List<IHost> _hosts = [];

    public PresenceRole() => On<Start>(StartAsync);

    public override async ValueTask DisposeAsync() => await Parallel.ForEachAsync(_hosts, async (host, _) =>
    {
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
    });

    private async Task StartAsync(Start start)
    {
        _hosts.AddRange(start.Names.Select(name => Build(name, start.Place)));
        await Parallel.ForEachAsync(
            _hosts, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (host, end) => await host.StartAsync(end));
        await Wait.UntilAsync(() => Task.FromResult(_hosts.All(IsRegistered)), Patience, "Not all were registered");
    }

    private static IHost Build(string name, Place place)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", "--Chat:Name", name, .. ProductClient.Arguments(name, place)],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddSession().AddIdentity().AddHistory().AddRedis().AddNames();
        var host = builder.Build();

        // No peer server: nobody calls.
        host.Services.GetRequiredService<LocalPeer>().ListensAt(new Uri("https://127.0.0.1:9"));
        return host;
    }

    private static bool IsRegistered(IHost host) =>
        host.Services.GetRequiredService<ConnectionStates>().Snapshot().TryGetValue(RedisExtensions.ConnectionName, out var state)
        && state.State == ConnectionStates.Connected;

    /// <summary>Registers users.</summary>
    internal sealed record Start(string[] Names, Place Place) : Request<Done>;
}
