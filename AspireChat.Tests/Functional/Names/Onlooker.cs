using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AspireChat.Tests.Functional.Names;

/// <summary>What one client knows of who is online, without a heartbeat: tests decide when it asks.</summary>
public sealed class Onlooker : IAsyncDisposable
{
    private const string Mark = "the end";

    private readonly TempFolder _folder;
    private readonly DataDirectory _directory;
    private readonly LocalPeer _self;
    private readonly LiveEvents _events = new();
    private readonly CancellationTokenSource _end = new();
    private readonly IAsyncEnumerator<ChatEvent> _watch;
    private readonly List<string> _arrived = [];

    public Onlooker(string user, PresenceDirectory names)
    {
        _folder = new TempFolder(user);
        _directory = DataDirectory.Open(_folder.FullName);
        _self = new LocalPeer(user, PeerIdentity.LoadOrCreate(_directory, user));
        var arrivals = new UserArrivals();
        arrivals.Came += _arrived.Add;
        Online = new OnlineUsers(
            _self, names, _events, arrivals, Options.Create(new NameServerOptions()), TimeProvider.System, NullLogger<OnlineUsers>.Instance);
        _watch = _events.Watch(_end.Token).GetAsyncEnumerator();
    }

    public OnlineUsers Online { get; }

    /// <summary>Who came (+), went (-) and was told to the client's rooms (!) since the last call.</summary>
    public async Task<IReadOnlyList<string>> SeenAsync()
    {
        _events.Publish(new PresenceEvent(Mark, IsOnline: true));
        var seen = new List<string>();
        while (await _watch.MoveNextAsync() && _watch.Current is PresenceEvent e && e.User != Mark)
        {
            seen.Add($"{(e.IsOnline ? '+' : '-')}{e.User}");
        }

        seen.AddRange(_arrived.Select(user => $"!{user}"));
        _arrived.Clear();
        return seen;
    }

    /// <summary>Asks who is online, and returns what was seen by that.</summary>
    public async Task<IReadOnlyList<string>> AskAsync(CancellationToken cancellationToken)
    {
        await Online.ListAsync(cancellationToken);
        return await SeenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _watch.DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            // The watch ends.
        }

        _self.Identity.Dispose();
        _directory.Dispose();
        _folder.Dispose();
        _end.Dispose();
    }
}
