using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Client.Wire;
using Microsoft.Win32.SafeHandles;

namespace AspireChat.Bench.Raw;

/// <summary>Members of a group without a client, many in a process, each with a connection of its own.</summary>
internal sealed class RawMembersRole : Role
{
    private readonly Arrivals _arrivals = new();
    private readonly List<RawMember> _members = [];
    private SafeFileHandle? _file;
    private long _end;

    public RawMembersRole()
    {
        On<Start>(StartAsync);
        On<Expect>(expect =>
        {
            _arrivals.Expect(expect.Count);
            return Task.CompletedTask;
        });
        On<AwaitArrivals, Arrived>(wait => _arrivals.AllAsync(wait.Longest));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        _file?.Dispose();
    }

    private async Task StartAsync(Start start)
    {
        _file = start.File is null ? null : File.OpenHandle(start.File, FileMode.CreateNew, FileAccess.Write);
        foreach (var queue in start.Queues)
        {
            _members.Add(await RawMember.StartAsync(
                start.Rabbit, start.Kind, queue, start.VerifiedGroup is { } group ? bodies => VerifyAsync(group, bodies) : TakeAsync));
        }
    }

    private Task TakeAsync(IReadOnlyList<byte[]> bodies)
    {
        if (_file is not null)
        {
            foreach (var body in bodies)
            {
                RandomAccess.Write(_file, body, _end);
                _end += body.Length;
            }

            RandomAccess.FlushToDisk(_file);
        }

        foreach (var body in bodies)
        {
            _arrivals.Note(Stamp.Age(body));
        }

        return Task.CompletedTask;
    }

    // What a client does with a delivery, without keeping anything.
    private Task VerifyAsync(string group, IReadOnlyList<byte[]> bodies)
    {
        foreach (var message in bodies.SelectMany(body => SignedBatch.Open(body, AspireChat.Client.Chat.Conversation.Of(group)).Messages))
        {
            _arrivals.Note(Stamp.Age(message.Text));
        }

        return Task.CompletedTask;
    }

    /// <summary>Starts members.</summary>
    /// <param name="Rabbit">The broker.</param>
    /// <param name="Kind">Their exchange, and of which kind their queues are.</param>
    /// <param name="Queues">The queue of each.</param>
    /// <param name="VerifiedGroup">Bodies are signed batches of this group, to be opened; null: a body is a text.</param>
    /// <param name="File">What comes is appended here and flushed before it is acknowledged; null: it is not kept.</param>
    internal sealed record Start(
        string Rabbit, RawQueues Kind, string[] Queues, string? VerifiedGroup = null, string? File = null) : Request<Done>;
}
