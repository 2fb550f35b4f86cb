namespace AspireChat.Tests.Infrastructure;

/// <summary>A system for one test: a Redis, a broker if it needs one, and as many clients as the test starts.</summary>
public sealed class ChatSystem : IAsyncDisposable
{
    private readonly List<ChatClientProcess> _clients = [];

    private ChatSystem(RedisServer redis, string? rabbit)
    {
        Redis = redis;
        Rabbit = rabbit;
    }

    /// <summary>Its name server.</summary>
    public RedisServer Redis { get; }

    /// <summary>The connection string of its broker; null if it has none.</summary>
    public string? Rabbit { get; }

    /// <summary>Starts a Redis.</summary>
    /// <param name="rabbit">The connection string of a broker, for example for a virtual host of <see cref="SharedRabbitMq"/>.</param>
    public static async Task<ChatSystem> StartAsync(string? rabbit = null) => new(await RedisServer.StartAsync(), rabbit);

    /// <summary>Starts a client and waits until it is ready.</summary>
    public async Task<ChatClientProcess> StartClientAsync(string name, params IEnumerable<(string Key, string Value)> settings)
    {
        var client = await ChatClientProcess.StartAsync(name, Redis.ConnectionString, Rabbit, settings: settings);
        Own(client);
        return client;
    }

    /// <summary>Starts several clients at once and waits until all are ready.</summary>
    public Task<ChatClientProcess[]> StartClientsAsync(params IEnumerable<string> names) =>
        Task.WhenAll(names.Select(name => StartClientAsync(name)));

    /// <summary>Starts a client without waiting.</summary>
    public ChatClientProcess LaunchClient(
        string name, string? dataDirectory = null, params IEnumerable<(string Key, string Value)> settings)
    {
        var client = ChatClientProcess.Launch(name, Redis.ConnectionString, Rabbit, dataDirectory, settings);
        Own(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Redis.DisposeAsync();
    }

    private void Own(ChatClientProcess client)
    {
        lock (_clients)
        {
            _clients.Add(client);
        }
    }
}
