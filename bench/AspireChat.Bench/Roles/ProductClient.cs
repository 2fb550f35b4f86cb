using AspireChat.Bench.Load;
using AspireChat.Client;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Session;

namespace AspireChat.Bench.Roles;

/// <summary>Where clients are to start.</summary>
/// <param name="Redis">The name server.</param>
/// <param name="Rabbit">The broker; null: none.</param>
/// <param name="Folder">The folder for their data directories, which are named like the clients.</param>
internal sealed record Place(string Redis, string? Rabbit, string Folder);

/// <summary>A whole client in this process, and what happens there.</summary>
internal sealed class ProductClient : IAsyncDisposable
{
    /// <summary>The token of its API.</summary>
    public const string Token = "bench";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _watching;

    private ProductClient(WebApplication app, Action<ChatEvent> watch)
    {
        _app = app;
        Session = app.Services.GetRequiredService<ChatSession>();
        var events = Session.Watch(_end.Token);
        _watching = Task.Run(() => WatchAsync(events, watch));
    }

    /// <summary>All that its user can do.</summary>
    public ChatSession Session { get; }

    /// <summary>Its messages.</summary>
    public MessageStore Store => _app.Services.GetRequiredService<MessageStore>();

    /// <summary>The address of its API.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Whether all events so far were seen: a watcher that falls behind is cut off.</summary>
    public bool IsWatched => !_watching.IsCompleted;

    /// <summary>Starts a client and waits until it is registered and connected.</summary>
    /// <param name="name">Its user.</param>
    /// <param name="place">Where.</param>
    /// <param name="arrivals">Counts the messages of others.</param>
    /// <param name="acknowledged">Counts own messages that are delivered or confirmed.</param>
    public static Task<ProductClient> StartAsync(string name, Place place, Arrivals arrivals, Arrivals acknowledged) =>
        StartAsync(name, place, happened => Count(happened, arrivals, acknowledged));

    /// <summary>Starts a client and waits until it is registered and connected.</summary>
    /// <param name="name">Its user.</param>
    /// <param name="place">Where.</param>
    /// <param name="watch">Sees every event, one after the other.</param>
    public static async Task<ProductClient> StartAsync(string name, Place place, Action<ChatEvent> watch)
    {
        var app = ClientApp.Build([.. Arguments(name, place)]);
        try
        {
            await app.StartAsync();
            var client = new ProductClient(app, watch);
            await Servers.Wait.UntilAsync(client.IsConnectedAsync, StartPatience, $"{name} was not registered");
            return client;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The arguments of the client's program.</summary>
    public static IEnumerable<string> Arguments(string name, Place place, string urls = "http://127.0.0.1:0")
    {
        List<(string Key, string? Value)> settings =
        [
            ("name", name),
            ("urls", urls),
            ("ConnectionStrings:redis", place.Redis),
            ("ConnectionStrings:rabbitmq", place.Rabbit),
            ("Chat:DataDirectory", Path.Combine(place.Folder, name)),
            ("Chat:ApiToken", Token),
            ("Chat:Terminal", "false"),

            // A run sends more than a peer takes from one sender at full speed.
            ("Chat:Peer:BytesPerSecond", "1073741824"),

            // Hundreds join at a time here, on one machine.
            ("Chat:Groups:JoinTimeout", "00:01:00"),
            ("Chat:NameServer:StartPatience", "00:01:00"),
            ("Logging:LogLevel:Default", "Error"),
        ];
        return settings.Where(setting => setting.Value is not null).SelectMany(setting => new[] { $"--{setting.Key}", setting.Value! });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
        _end.Dispose();
    }

    private async Task<bool> IsConnectedAsync()
    {
        var me = await Session.DescribeAsync(_end.Token);
        return me.Connections.Values.All(state => state is ConnectionStates.Connected or "not-configured");
    }

    private static async Task WatchAsync(IAsyncEnumerable<ChatEvent> events, Action<ChatEvent> watch)
    {
        await foreach (var happened in events)
        {
            watch(happened);
        }
    }

    private static void Count(ChatEvent happened, Arrivals arrivals, Arrivals acknowledged)
    {
        switch (happened)
        {
            case MessageEvent { Message: { IsOwn: false } message }:
                arrivals.Note(Stamp.Age(message.Text));
                break;
            case StateEvent { State: MessageState.Delivered or MessageState.Confirmed or MessageState.Sent }:
                acknowledged.Note(TimeSpan.Zero);
                break;
        }
    }
}
