using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Client.Session;
using AspireChat.Protos.Rules;

namespace AspireChat.Bench.Roles;

/// <summary>Whole clients, one or many in a process.</summary>
internal sealed class ClientsRole : Role
{
    // More at a time only wait for each other.
    private const int AtOnce = 8;

    private readonly Arrivals _arrivals = new();
    private readonly Arrivals _acknowledged = new();
    private readonly List<ProductClient> _clients = [];

    public ClientsRole()
    {
        On<Start, string[]>(StartAsync);
        On<Join>(join => EachAsync(client => JoinAsync(client.Session, join.Group, join.Mode)));
        On<OpenChat>(open => EachAsync(client => client.Session.OpenChatAsync(open.User, CancellationToken.None)));
        On<Expect>(expect =>
        {
            _arrivals.Expect(expect.Count);
            return Task.CompletedTask;
        });
        On<AwaitArrivals, Arrived>(wait => _arrivals.AllAsync(wait.Longest));
        On<Send, Sent>(SendAsync);
        On<SendLists, Sent>(SendListsAsync);
        On<SendOneByOne>(SendOneByOneAsync);
        On<FillIndex>(_ => EachAsync(FillIndexAsync));
        On<Discover, Discovered>(DiscoverAsync);
    }

    private ChatSession First => _clients[0].Session;

    public override async ValueTask DisposeAsync() =>
        await Parallel.ForEachAsync(_clients, (client, _) => client.DisposeAsync());

    private async Task<string[]> StartAsync(Start start)
    {
        var started = new ProductClient[start.Names.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, start.Names.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, _) => started[i] = await ProductClient.StartAsync(start.Names[i], start.Place, _arrivals, _acknowledged));
        _clients.AddRange(started);
        return [.. started.Select(client => client.Address)];
    }

    /// <summary>Enters a room, among hundreds who do at the same time.</summary>
    internal static async Task JoinAsync(ChatSession session, string group, string mode)
    {
        for (var tries = 5; ; tries--)
        {
            try
            {
                await session.JoinGroupAsync(group, GroupMode.Find(mode), isFromBeginning: false, CancellationToken.None);
                return;
            }
            catch (ChatException e) when (e.Fault == ChatFault.Unavailable && tries > 0)
            {
                // Hundreds join at a time, and the broker was too busy.
            }
        }
    }

    private async Task<Sent> SendAsync(Send send)
    {
        _acknowledged.Expect(send.Pace.Count);
        var began = await send.Pace.SendAsync(() => SendAsync(send.To, send.IsGroup));
        return new Sent(began, (await _acknowledged.AllAsync()).LastAt);
    }

    private static async Task FillIndexAsync(ProductClient client)
    {
        while (await client.Store.IndexMoreAsync())
        {
        }
    }

    private async Task<Sent> SendListsAsync(SendLists send)
    {
        _acknowledged.Expect(send.Pace.Count * send.PerCall);
        var began = await send.Pace.SendAsync(() => First.SendAllToUserAsync(
            send.User, [.. Enumerable.Range(0, send.PerCall).Select(_ => new TextBody(Stamp.Text()))], CancellationToken.None));
        return new Sent(began, (await _acknowledged.AllAsync()).LastAt);
    }

    private async Task SendOneByOneAsync(SendOneByOne send)
    {
        for (var i = 0; i < send.Count; i++)
        {
            _acknowledged.Expect(1);
            await SendAsync(send.User, isGroup: false);
            await _acknowledged.AllAsync();
        }
    }

    private async Task SendAsync(string to, bool isGroup) => await (isGroup
        ? First.SendToGroupAsync(to, Stamp.Text())
        : First.SendToUserAsync(to, Stamp.Text(), id: null, CancellationToken.None));

    private async Task<Discovered> DiscoverAsync(Discover discover)
    {
        var began = Stopwatch.GetTimestamp();
        var found = await First.DiscoverAsync(discover.Seconds, CancellationToken.None);
        return new Discovered(Stopwatch.GetElapsedTime(began).TotalMilliseconds, found.Users.Count);
    }

    private Task EachAsync(Func<ProductClient, Task> act) => Parallel.ForEachAsync(
        _clients, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (client, _) => await act(client));

    /// <summary>Starts clients; answers with the addresses of their APIs.</summary>
    internal sealed record Start(string[] Names, Place Place) : Request<string[]>;

    /// <summary>All enter a room.</summary>
    internal sealed record Join(string Group, string Mode) : Request<Done>;

    /// <summary>All open a chat with a user.</summary>
    internal sealed record OpenChat(string User) : Request<Done>;

    /// <summary>The first client sends, and waits until everything is delivered, or confirmed by the broker.</summary>
    internal sealed record Send(string To, bool IsGroup, Pace Pace) : Request<Sent>;

    /// <summary>The first client sends lists of texts to a user, and waits until everything is delivered.</summary>
    internal sealed record SendLists(string User, int PerCall, Pace Pace) : Request<Sent>;

    /// <summary>The first client sends to a user, each message when the one before is delivered.</summary>
    internal sealed record SendOneByOne(string User, int Count) : Request<Done>;

    /// <summary>Puts into the search index what waits for it; clients do so when nothing else has happened for a moment.</summary>
    internal sealed record FillIndex : Request<Done>;

    /// <summary>The first client makes a survey.</summary>
    internal sealed record Discover(double Seconds) : Request<Discovered>;

    /// <summary>What a survey found, and how long it took.</summary>
    internal sealed record Discovered(double Milliseconds, int Users);
}
