namespace AspireChat.Client.Peers;

/// <summary>Connections by whose they are, an address or a key. Not safe for several threads: its gate has the lock.</summary>
internal sealed class PeerCrowd
{
    private readonly Dictionary<string, LinkedList<PeerArrival>> _groups = new(StringComparer.Ordinal);
    private long _entries;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are one's.</summary>
    public int CountOf(string whose) => _groups.TryGetValue(whose, out var group) ? group.Count : 0;

    /// <summary>Adds a connection, as the newest.</summary>
    public void Add(string whose, PeerArrival arrival)
    {
        if (!_groups.TryGetValue(whose, out var group))
        {
            _groups[whose] = group = [];
        }

        arrival.Place = new PeerPlace(this, whose, group.AddLast(arrival), ++_entries);
        Count++;
    }

    /// <summary>Takes a connection out.</summary>
    public void Remove(PeerPlace place)
    {
        var group = _groups[place.Whose];
        group.Remove(place.Node);
        Count--;
        if (group.Count == 0)
        {
            _groups.Remove(place.Whose);
        }
    }

    /// <summary>The oldest of one's connections.</summary>
    public PeerArrival OldestOf(string whose) => _groups[whose].First!.Value;

    /// <summary>The oldest of whoever has most; among those who have as many, the oldest of all. Null if there is none.</summary>
    public PeerArrival? OldestOfMost() => _groups.Values
        .MinBy(group => (-group.Count, group.First!.Value.Place!.Entry))?.First!.Value;
}

/// <summary>Where a connection stands in a crowd.</summary>
/// <param name="Crowd">Which one.</param>
/// <param name="Whose">Whose connection it is.</param>
/// <param name="Node">Its place among those.</param>
/// <param name="Entry">The number of its entry; those of later ones are higher.</param>
internal sealed record PeerPlace(PeerCrowd Crowd, string Whose, LinkedListNode<PeerArrival> Node, long Entry);
