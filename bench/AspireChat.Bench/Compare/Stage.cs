using AspireChat.Bench.Processes;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>A sender, members, and a group of every kind in which all of them are.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly RoleProcess _sender;
    private readonly Dictionary<string, HashSet<int>> _refused;
    private readonly Dictionary<string, int> _accepted;
    private Crowd? _crowd;

    private Stage(LocalRedis redis, LocalRabbitMq rabbit, RoleProcess sender, int members)
    {
        (Redis, Rabbit, _sender, Members) = (redis, rabbit, sender, members);
        Kinds = [.. GroupMode.All.Select(mode => new KindFigures(mode, members))];
        _refused = Kinds.ToDictionary(kind => kind.Group, _ => new HashSet<int>());
        _accepted = Kinds.ToDictionary(kind => kind.Group, _ => 0);
    }

    /// <summary>The name server; some kinds travel over it.</summary>
    public LocalRedis Redis { get; }

    /// <summary>The broker.</summary>
    public LocalRabbitMq Rabbit { get; }

    /// <summary>How many members, the sender not counted.</summary>
    public int Members { get; }

    /// <summary>The kinds, and what was measured of them.</summary>
    public IReadOnlyList<KindFigures> Kinds { get; }

    /// <summary>The number of the next text, in all groups alike.</summary>
    public int Next { get; private set; }

    private Crowd Crowd => _crowd!;

    /// <summary>Starts the clients, and the servers if they do not run.</summary>
    public static async Task<Stage> StartAsync(BenchServers servers, int members)
    {
        // RabbitMQ takes seconds, in which the process can start.
        var (redis, rabbit, sender) = (servers.RedisAsync(), servers.RabbitAsync(), RoleProcess.StartAsync<SenderRole>());
        await Task.WhenAll(redis, rabbit, sender);
        var place = new Place((await redis).ConnectionString, (await rabbit).ConnectionString, servers.NewFolder("compare"));
        var stage = new Stage(await redis, await rabbit, await sender, members);
        try
        {
            Room[] rooms = [.. stage.Kinds.Select(kind => new Room(kind.Group, kind.Kind))];
            await stage._sender.AskAsync(new MembersRole.Enter([$"sender-{members}"], place, rooms));
            var names = Enumerable.Range(0, members).Select(number => $"m{members}-{number}");
            stage._crowd = await Crowd.StartAsync<MembersRole>(
                names, (process, part) => process.AskAsync(new MembersRole.Enter(part, place, rooms)));
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends many texts to one kind as fast as it goes. Their numbers are used for the other kinds too.</summary>
    /// <returns>When it began, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</returns>
    public async Task<long> BurstAsync(KindFigures kind, int first, int count)
    {
        var sent = await _sender.AskAsync(new SenderRole.Burst(kind.Group, first, count));
        Note([kind], first, sent);
        return sent.BeganAt;
    }

    /// <summary>Begins to send the same texts to all kinds, at a pace.</summary>
    public Task BeginPaceAsync(double perSecond) =>
        _sender.AskAsync(new SenderRole.BeginPace([.. Kinds.Select(kind => kind.Group)], Next, perSecond));

    /// <summary>The number of the next text at a pace.</summary>
    public Task<int> NextAtPaceAsync() => _sender.AskAsync(new SenderRole.NextNumber());

    /// <summary>Ends that.</summary>
    public async Task EndPaceAsync() => Note(Kinds, Next, await _sender.AskAsync(new SenderRole.EndPace()));

    /// <summary>Times of deliveries count from now on.</summary>
    public Task ForgetLatenciesAsync() => Crowd.AskAsync(_ => new MembersRole.ForgetLatencies());

    /// <summary>What has arrived so far, by group.</summary>
    public async Task<Dictionary<string, GroupCount>> CountAsync()
    {
        var parts = await Crowd.AskAsync(_ => new MembersRole.Count());
        return Kinds.ToDictionary(kind => kind.Group, kind => GroupCount.Of([.. parts.Select(part => part[kind.Group])]));
    }

    /// <summary>When each text had reached all members, from a number on; 0: not yet.</summary>
    public async Task<IReadOnlyList<long>> ReachedAsync(KindFigures kind, int from)
    {
        var parts = await Crowd.AskAsync(_ => new MembersRole.Reach(kind.Group, from));
        return [.. Enumerable.Range(0, parts.Min(part => part.Length))
            .Select(i => Array.Exists(parts, part => part[i] == 0) ? 0 : parts.Max(part => part[i]))];
    }

    /// <summary>Whether the sender's client has got rid of everything that it accepted for a group.</summary>
    public async Task<bool> IsSettledAsync(KindFigures kind) =>
        (await _sender.AskAsync(new SenderRole.CountSettled()))[kind.Group] >= _accepted[kind.Group];

    /// <summary>Compares what the members were shown with what the sender's client accepted.</summary>
    public async Task<Difference> CompareShownAsync(KindFigures kind, int from) =>
        Difference.Sum(await Crowd.AskAsync(_ => new MembersRole.CompareShown(kind.Group, Due(kind, from))));

    /// <summary>Compares what the members have stored with what the sender's client accepted.</summary>
    public async Task<Difference> CompareStoredAsync(KindFigures kind) =>
        Difference.Sum(await Crowd.AskAsync(_ => new MembersRole.CompareStored(kind.Group, Due(kind, 0))));

    /// <summary>How many texts the sender's client has refused, from a number on.</summary>
    public int CountRefused(KindFigures kind, int from) => _refused[kind.Group].Count(number => number >= from);

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        if (_crowd is not null)
        {
            await _crowd.DisposeAsync();
        }
    }

    // The texts of a burst may not yet be at the other kinds, which are not asked about them before.
    private Due Due(KindFigures kind, int from) => new(from, Next, [.. _refused[kind.Group].Where(number => number >= from)]);

    private void Note(IEnumerable<KindFigures> kinds, int first, SentTexts sent)
    {
        Next = Math.Max(Next, sent.Next);
        foreach (var kind in kinds)
        {
            var refused = sent.Refused.GetValueOrDefault(kind.Group) ?? [];
            _refused[kind.Group].UnionWith(refused);
            _accepted[kind.Group] += sent.Next - first - refused.Length;
        }
    }
}

/// <summary>What has arrived in a group, in all processes.</summary>
internal sealed record GroupCount(long Arrived, long Doubled, long LastAt, Latencies Times)
{
    /// <summary>Of several processes together.</summary>
    public static GroupCount Of(IReadOnlyList<Counted> parts)
    {
        var times = new Latencies();
        foreach (var part in parts)
        {
            times.Add(part.Times);
        }

        return new GroupCount(parts.Sum(part => part.Arrived), parts.Sum(part => part.Doubled), parts.Max(part => part.LastAt), times);
    }
}
