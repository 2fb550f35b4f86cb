using AspireChat.Client.Faults;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Groups;

/// <summary>
/// The generations of a group for which a batch may be signed: the one that the name server has and, if Redis has lost the
/// group, those that its members knew before. They are kept with the subscription, since batches of each may wait in this
/// member's queue.
/// </summary>
internal sealed class RoomGenerations(
    string group, IReadOnlyList<string> known, GroupMembership membership, MessageStore store, IOptions<GroupOptions> options)
{
    private readonly HashSet<string> _known = [.. known];
    private readonly Lock _gate = new();
    private string _current = known[0];
    private string _entered = known[0];

    /// <summary>Rings when a generation is learnt.</summary>
    public Bell Learnt { get; } = new();

    /// <summary>All of them, the current one first.</summary>
    public IReadOnlyList<string> Known
    {
        get
        {
            lock (_gate)
            {
                return [_current, .. _known.Where(known => known != _current)];
            }
        }
    }

    /// <summary>The generation that this user signs for.</summary>
    public string Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>
    /// The generation with which this user last entered, and renews. It is not one that was looked up since: otherwise no
    /// member would tell the name server about the generation of earlier signatures.
    /// </summary>
    public string Entered => Volatile.Read(ref _entered);

    /// <summary>Records that this user has entered, and the generations that the name server has, the current one first.</summary>
    public async Task EnterAsync(IReadOnlyList<string> present)
    {
        await LearnAsync(present);
        Volatile.Write(ref _entered, present[0]);
    }

    private async Task LearnAsync(IReadOnlyList<string> present)
    {
        lock (_gate)
        {
            if (present.Count == 0 || (present[0] == _current && present.All(_known.Contains)))
            {
                return;
            }
        }

        // On disk before a batch of a new generation is acknowledged.
        await store.LearnGenerationsAsync(group, present);
        lock (_gate)
        {
            _known.UnionWith(present);
            _current = present[0];
        }

        Learnt.Ring();
    }

    /// <summary>Whether the name server must be asked about a generation.</summary>
    public bool IsStrange(string generation) => Generation.IsValid(generation) && !IsKnown(generation);

    /// <summary>
    /// Whether messages signed for a generation may be shown. An unknown generation is looked up at the name server, and
    /// refused only when the group is older there than a lease: if Redis has lost the group, its members in the room have by
    /// then entered again with the generation that they knew.
    /// </summary>
    /// <returns>Null while this is undecided: the messages must be neither shown nor lost.</returns>
    public async Task<bool?> AcceptsAsync(string generation, CancellationToken stopping)
    {
        if (!IsStrange(generation))
        {
            return IsKnown(generation);
        }

        try
        {
            // If the group is missing there, Redis lost it, and this client's renewal restores it.
            if (await membership.DescribeAsync(group, stopping) is { } described)
            {
                await LearnAsync(described.Generations);
                return IsKnown(generation) ? true : described.Age > options.Value.Lease ? false : null;
            }
        }
        catch (ChatException)
        {
            // Redis is away.
        }

        return null;
    }

    private bool IsKnown(string generation)
    {
        lock (_gate)
        {
            return _known.Contains(generation);
        }
    }
}
