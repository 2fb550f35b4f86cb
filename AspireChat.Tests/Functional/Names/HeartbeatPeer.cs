using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AspireChat.Tests.Functional.Names;

/// <summary>The heartbeat of one client over a real data directory, without the rest of the client.</summary>
public sealed class HeartbeatPeer : IHostApplicationLifetime, IAsyncDisposable
{
    private readonly ConcurrentQueue<ChatEvent> _events = new();
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly DataDirectory _directory;
    private readonly ChatDatabase _database;
    private readonly PresenceHeartbeatService _service;
    private readonly Task _watching;
    private bool _isStopped;

    private HeartbeatPeer(string user, NameServer server, TempFolder folder, int port, string? copiedKey, NameServerOptions options, TimeSpan? callTimeout)
    {
        _directory = DataDirectory.Open(folder.FullName);
        if (copiedKey is not null)
        {
            File.Copy(copiedKey, _directory.File("identity.pem"), overwrite: true);
        }

        _database = new ChatDatabase(_directory);
        Self = new LocalPeer(user, PeerIdentity.LoadOrCreate(_directory, user));
        Known = new KnownPeers(_database);
        var events = new LiveEvents();
        Connections = new ConnectionStates(events);
        Names = server.Connect(options, callTimeout: callTimeout);
        First = new FirstRegistration(Options.Create(options), TimeProvider.System);
        var online = new OnlineUsers(
            Self, Names, events, new UserArrivals(), Options.Create(options), TimeProvider.System, NullLogger<OnlineUsers>.Instance);
        _service = new PresenceHeartbeatService(
            Names, Self, Known, First, Connections, online, Failure, this, Options.Create(options), TimeProvider.System,
            NullLogger<PresenceHeartbeatService>.Instance);

        var watch = events.Watch(_end.Token);
        _watching = Task.Run(async () =>
        {
            await foreach (var happened in watch)
            {
                _events.Enqueue(happened);
            }
        });
        Self.ListensAt(new Uri($"https://127.0.0.1:{port}"));
    }

    public LocalPeer Self { get; }

    public KnownPeers Known { get; }

    public PresenceDirectory Names { get; }

    public FirstRegistration First { get; }

    public ConnectionStates Connections { get; }

    public StartFailure Failure { get; } = new();

    /// <summary>The state of the <c>redis</c> connection.</summary>
    public string State => Connections.Snapshot()["redis"].State;

    /// <summary>All states so far, in order.</summary>
    public IReadOnlyList<string> States => [.. _events.OfType<ConnectionEvent>().Select(e => e.State)];

    /// <summary>The detail of each state.</summary>
    public IReadOnlyList<string?> Details => [.. _events.OfType<ConnectionEvent>().Select(e => e.Detail)];

    /// <summary>The users that came online (+) and went offline (-) so far, in order.</summary>
    public IReadOnlyList<string> Presence => [.. _events.OfType<PresenceEvent>().Select(e => $"{(e.IsOnline ? '+' : '-')}{e.User}")];

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => _stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    /// <summary>
    /// Starts a heartbeat that need not be registered yet. <c>copiedKey</c> is the key file of another data directory to start
    /// with. The options are <see cref="NameServer.Eager"/> by default.
    /// </summary>
    public static async Task<HeartbeatPeer> StartAsync(
        string user,
        NameServer server,
        TempFolder folder,
        int port = 7001,
        string? copiedKey = null,
        NameServerOptions? options = null,
        TimeSpan? callTimeout = null)
    {
        var peer = new HeartbeatPeer(user, server, folder, port, copiedKey, options ?? NameServer.Eager, callTimeout);
        await peer._service.StartAsync(CancellationToken.None);
        return peer;
    }

    /// <summary>Starts a heartbeat and waits until it is registered.</summary>
    public static async Task<HeartbeatPeer> RegisterAsync(
        string user,
        NameServer server,
        TempFolder folder,
        int port = 7001,
        string? copiedKey = null,
        NameServerOptions? options = null,
        TimeSpan? callTimeout = null)
    {
        var peer = await StartAsync(user, server, folder, port, copiedKey, options, callTimeout);
        await peer.IsInStateAsync(ConnectionStates.Connected);
        return peer;
    }

    public Task IsInStateAsync(string state) =>
        Until.Equal($"{Self.Name} is in state {state}", state, () => Task.FromResult(State));

    public void StopApplication() => _stopping.Cancel();

    /// <summary>Stops it in order.</summary>
    public Task StopAsync()
    {
        _isStopped = true;
        return _service.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            await StopAsync();
        }

        await _end.CancelAsync();
        await _watching.ContinueWith(_ => { }, TaskScheduler.Default);
        _service.Dispose();
        await _database.DisposeAsync();
        Self.Identity.Dispose();
        _directory.Dispose();
        _end.Dispose();
        _stopping.Dispose();
    }
}
