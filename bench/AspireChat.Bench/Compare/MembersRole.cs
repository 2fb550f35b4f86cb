using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Roles;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Bench.Compare;

/// <summary>A group of the comparison.</summary>
internal sealed record Room(string Group, string Mode);

/// <summary>Whole clients that are members of several groups, and exact sets of what they were shown and what they have stored.</summary>
internal sealed class MembersRole : Role
{
    // More at a time only wait for each other.
    private const int AtOnce = 8;

    private ProductClient[] _clients = [];
    private string[] _names = [];
    private Dictionary<string, Tally> _tallies = [];

    public MembersRole()
    {
        On<Enter>(EnterAsync);
        On<Count, Dictionary<string, Counted>>(_ => Task.FromResult(_tallies.ToDictionary(tally => tally.Key, tally => tally.Value.Read())));
        On<ForgetLatencies>(_ =>
        {
            Array.ForEach([.. _tallies.Values], tally => tally.ForgetLatencies());
            return Task.CompletedTask;
        });
        On<Reach, long[]>(reach => Task.FromResult(_tallies[reach.Group].Reached(reach.From)));
        On<CompareShown, Difference>(compare => Task.FromResult(Watched(_tallies[compare.Group]).Compare(_names, compare.Due)));
        On<CompareStored, Difference>(compare => Task.FromResult(Difference.Sum(
            _clients.Select(client => CompareHistory(client.Session, compare.Group, compare.Due)))));
    }

    public override async ValueTask DisposeAsync() => await Parallel.ForEachAsync(_clients, (client, _) => client.DisposeAsync());

    private async Task EnterAsync(Enter enter)
    {
        _names = enter.Names;
        _tallies = enter.Rooms.ToDictionary(room => room.Group, _ => new Tally(_names.Length));
        _clients = new ProductClient[_names.Length];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, _names.Length),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (i, _) =>
            {
                _clients[i] = await ProductClient.StartAsync(_names[i], enter.Place, happened => Note(i, happened));
                foreach (var room in enter.Rooms)
                {
                    await ClientsRole.JoinAsync(_clients[i].Session, room.Group, room.Mode);
                }
            });
    }

    private void Note(int member, ChatEvent happened)
    {
        if (happened is MessageEvent { Message: { IsOwn: false, Conversation: { Kind: ConversationKind.Group } group } message })
        {
            _tallies[group.Name].Note(member, message.Text);
        }
    }

    // The sets are exact only as long as every event was seen.
    private Tally Watched(Tally tally) => Array.FindIndex(_clients, client => !client.IsWatched) is var cutOff and >= 0
        ? throw new BenchException($"{_names[cutOff]} had too many events at a time to see all of them.")
        : tally;

    private static Difference CompareHistory(ChatSession session, string group, Due due)
    {
        var times = new Dictionary<int, int>();
        Guid? before = null;
        while (session.ReadGroup(group, PageLimits.Max, before) is [var first, ..] page)
        {
            before = first.Id;
            foreach (var message in page.Where(message => !message.IsOwn))
            {
                var number = Stamp.Number(message.Text);
                times[number] = times.GetValueOrDefault(number) + 1;
            }
        }

        var difference = new Difference();
        foreach (var number in due.Numbers())
        {
            difference.Note(session.Name, number, times.GetValueOrDefault(number));
        }

        return difference;
    }

    /// <summary>Starts clients, each of which enters all rooms.</summary>
    internal sealed record Enter(string[] Names, Place Place, Room[] Rooms) : Request<Done>;

    /// <summary>What has arrived so far, by group.</summary>
    internal sealed record Count : Request<Dictionary<string, Counted>>;

    /// <summary>Times of deliveries count from now on.</summary>
    internal sealed record ForgetLatencies : Request<Done>;

    /// <summary>When each text of a group reached the last member here, from a number on; 0: not yet.</summary>
    internal sealed record Reach(string Group, int From) : Request<long[]>;

    /// <summary>Compares what the members were shown, event by event, with what they should have been.</summary>
    internal sealed record CompareShown(string Group, Due Due) : Request<Difference>;

    /// <summary>Compares what is in the members' histories with what should be.</summary>
    internal sealed record CompareStored(string Group, Due Due) : Request<Difference>;
}
