using System.Collections.Concurrent;
using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Roles;
using AspireChat.Client.Chat;

namespace AspireChat.Bench.Compare;

/// <summary>The client that sends: the same texts to all groups at once, or many to one.</summary>
internal sealed class SenderRole : Role
{
    private readonly Dictionary<string, ConcurrentDictionary<Guid, bool>> _settled = [];
    private ProductClient? _client;
    private Pacing? _pacing;

    public SenderRole()
    {
        On<MembersRole.Enter>(EnterAsync);
        On<Burst, SentTexts>(BurstAsync);
        On<BeginPace>(begin =>
        {
            _pacing = new Pacing(begin, SendAsync);
            return Task.CompletedTask;
        });
        On<NextNumber, int>(_ => Task.FromResult(_pacing!.Next));
        On<EndPace, SentTexts>(async _ =>
        {
            using var pacing = _pacing!;
            _pacing = null;
            return await pacing.EndAsync();
        });
        On<CountSettled, Dictionary<string, int>>(_ => _client!.IsWatched
            ? Task.FromResult(_settled.ToDictionary(group => group.Key, group => group.Value.Count))
            : throw new BenchException("The sender had too many events at a time to see all of them."));
    }

    public override async ValueTask DisposeAsync()
    {
        _pacing?.Dispose();
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    private async Task EnterAsync(MembersRole.Enter enter)
    {
        foreach (var room in enter.Rooms)
        {
            _settled[room.Group] = new();
        }

        _client = await ProductClient.StartAsync(enter.Names[0], enter.Place, Note);
        foreach (var room in enter.Rooms)
        {
            await ClientsRole.JoinAsync(_client.Session, room.Group, room.Mode);
        }
    }

    private void Note(ChatEvent happened)
    {
        if (happened is StateEvent { State: MessageState.Confirmed or MessageState.Sent or MessageState.Failed } state)
        {
            _settled[state.Conversation.Name].TryAdd(state.Id, true);
        }
    }

    private async Task<SentTexts> BurstAsync(Burst burst)
    {
        var next = burst.First - 1;
        var refused = new ConcurrentBag<int>();
        var began = await new Pace(burst.Count).SendAsync(async () =>
        {
            var number = Interlocked.Increment(ref next);
            if (!await SendAsync(burst.Group, Stamp.Text(number)))
            {
                refused.Add(number);
            }
        });
        return new SentTexts(began, burst.First + burst.Count, new() { [burst.Group] = [.. refused] });
    }

    // Whether the client accepted the text: from then on it is in the outbox, on disk.
    private async Task<bool> SendAsync(string group, string text)
    {
        try
        {
            await _client!.Session.SendToGroupAsync(group, text);
            return true;
        }
        catch (AspireChat.Protos.Rules.ChatException)
        {
            return false;
        }
    }

    /// <summary>Sends many texts to one group as fast as it goes.</summary>
    internal sealed record Burst(string Group, int First, int Count) : Request<SentTexts>;

    /// <summary>Begins to send each text to all groups at once, and goes on.</summary>
    internal sealed record BeginPace(string[] Groups, int First, double PerSecond) : Request<Done>;

    /// <summary>The number that the next text will have.</summary>
    internal sealed record NextNumber : Request<int>;

    /// <summary>Ends the sending.</summary>
    internal sealed record EndPace : Request<SentTexts>;

    /// <summary>How many texts of each group need nothing more from the sender: confirmed, sent, or given up.</summary>
    internal sealed record CountSettled : Request<Dictionary<string, int>>;
}

/// <summary>What was sent.</summary>
/// <param name="BeganAt">When it began, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Next">The number after the last one.</param>
/// <param name="Refused">The numbers that the client refused, by group.</param>
internal sealed record SentTexts(long BeganAt, int Next, Dictionary<string, int[]> Refused);
