namespace AspireChat.Tests.Infrastructure;

/// <summary>A system for one test like <see cref="ChatSystem"/>, with a broker and with all clients inside this process.</summary>
public sealed class InProcessSystem : IAsyncDisposable
{
    private InProcessSystem(SharedRabbitMq broker, string rabbit, RedisServer redis) => (Broker, Rabbit, Redis) = (broker, rabbit, redis);

    /// <summary>The broker.</summary>
    public SharedRabbitMq Broker { get; }

    /// <summary>The connection string for the virtual host.</summary>
    public string Rabbit { get; }

    /// <summary>The name server.</summary>
    public RedisServer Redis { get; }

    /// <summary>The clients, in the order of the given names.</summary>
    public IReadOnlyList<InProcessClient> Clients { get; private set; } = [];

    /// <summary>Starts a Redis and the clients, and waits until all clients are ready.</summary>
    public static async Task<InProcessSystem> StartAsync(
        SharedRabbitMq broker, IEnumerable<string> names, params IEnumerable<(string Key, string Value)> settings)
    {
        var system = new InProcessSystem(broker, await broker.CreateVirtualHostAsync(), await RedisServer.StartAsync());
        try
        {
            system.Clients = await Task.WhenAll(
                names.Select(name => InProcessClient.StartAsync(name, system.Redis.ConnectionString, system.Rabbit, settings)));
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>The queues at the broker without the mailboxes, which each client declares when it gets to it.</summary>
    public async Task<IEnumerable<string>> QueuesAsync() =>
        (await Broker.QueuesAsync(Rabbit)).Where(queue => !queue.StartsWith("chat.mailbox.", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Clients.Select(client => client.DisposeAsync().AsTask()));
        await Redis.DisposeAsync();
    }
}
