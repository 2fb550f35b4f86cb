using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Groups;

/// <summary>
/// For which generations of a group a batch may be signed: the one that the name server has, and, if Redis has lost the
/// group while it lived, those that it had for its members. Kept with the subscription, since batches of each may wait
/// in the own queue.
/// </summary>
internal sealed class RoomGenerations(
    string group, IReadOnlyList<string> known, GroupMembership membership, MessageStore store, IOptions<GroupOptions> options)
{
    private readonly HashSet<string> _known = [.. known];
    private readonly Lock _gate = new();
    private string _current = known[0];
    private string _entered = known[0];

    /// <summary>The one that this user signs for.</summary>
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
    /// The one with which this user entered last: with it, it renews. Not one that was looked up since, or nobody would
    /// tell the name server of what was signed before.
    /// </summary>
    public string Entered => Volatile.Read(ref _entered);

    /// <summary>This user has entered, and the name server has these, the current one first.</summary>
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

        // On disk before a batch of it is acknowledged.
        await store.LearnGenerationsAsync(group, present);
        lock (_gate)
        {
            _known.UnionWith(present);
            _current = present[0];
        }
    }

    /// <summary>Whether the name server must be asked about a generation.</summary>
    public bool IsStrange(string generation) => Generation.IsValid(generation) && !IsKnown(generation);

    /// <summary>
    /// Whether what was signed for a generation may be shown. A strange one is looked up at the name server, and decided
    /// only when the group is as old there as a lease is long: if Redis has lost it, whoever was in the room has by then
    /// entered again with the generation that they all knew.
    /// </summary>
    /// <returns>Null while nobody can tell: nothing may be shown, and nothing lost.</returns>
    public async Task<bool?> AcceptsAsync(string generation, CancellationToken stopping)
    {
        if (!IsStrange(generation))
        {
            return IsKnown(generation);
        }

        try
        {
            // Gone there it is lost: the own renewal brings it back.
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
