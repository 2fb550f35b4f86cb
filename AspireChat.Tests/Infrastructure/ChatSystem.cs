namespace AspireChat.Tests.Infrastructure;

/// <summary>A system for one test: a Redis, a broker if it needs one, and as many clients as the test starts.</summary>
public sealed class ChatSystem : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _clients = [];

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

    /// <summary>Starts a client inside the tests' process, which is a small part of the work, and waits until it is ready.</summary>
    public async Task<InProcessClient> StartClientAsync(string name, params IEnumerable<(string Key, string Value)> settings)
    {
        var client = await InProcessClient.StartAsync(name, Redis.ConnectionString, Rabbit, settings);
        Own(client);
        return client;
    }

    /// <summary>Starts several clients at once inside the tests' process and waits until all are ready.</summary>
    public Task<InProcessClient[]> StartClientsAsync(params IEnumerable<string> names) =>
        Task.WhenAll(names.Select(name => StartClientAsync(name)));

    /// <summary>Starts a client as a program, for tests of the process: killed, frozen, its output, its telemetry; waits until it is ready.</summary>
    public async Task<ChatClientProcess> StartProgramAsync(string name, params IEnumerable<(string Key, string Value)> settings)
    {
        var client = await ChatClientProcess.StartAsync(name, Redis.ConnectionString, Rabbit, settings: settings);
        Own(client);
        return client;
    }

    /// <summary>Starts several clients at once as programs and waits until all are ready.</summary>
    public Task<ChatClientProcess[]> StartProgramsAsync(params IEnumerable<string> names) =>
        Task.WhenAll(names.Select(name => StartProgramAsync(name)));

    /// <summary>Starts a client as a program without waiting.</summary>
    public ChatClientProcess LaunchProgram(
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

    private void Own(IAsyncDisposable client)
    {
        lock (_clients)
        {
            _clients.Add(client);
        }
    }
}
