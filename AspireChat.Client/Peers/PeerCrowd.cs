namespace AspireChat.Client.Peers;

/// <summary>Connections grouped by owner: an address or a key. Not thread-safe; the gate holds the lock.</summary>
internal sealed class PeerCrowd
{
    private readonly Dictionary<string, LinkedList<PeerArrival>> _groups = new(StringComparer.Ordinal);
    private long _entries;

    /// <summary>The number of connections.</summary>
    public int Count { get; private set; }

    /// <summary>The number of one owner's connections.</summary>
    public int CountOf(string whose) => _groups.TryGetValue(whose, out var group) ? group.Count : 0;

    /// <summary>Adds a connection as the newest.</summary>
    public void Add(string whose, PeerArrival arrival)
    {
        if (!_groups.TryGetValue(whose, out var group))
        {
            _groups[whose] = group = [];
        }

        arrival.Place = new PeerPlace(this, whose, group.AddLast(arrival), ++_entries);
        Count++;
    }

    /// <summary>Removes a connection.</summary>
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

    /// <summary>The oldest connection of one owner.</summary>
    public PeerArrival OldestOf(string whose) => _groups[whose].First!.Value;

    /// <summary>The oldest connection of the owner that has most; among equals, the oldest of all. Null if there is none.</summary>
    public PeerArrival? OldestOfMost() => _groups.Values
        .MinBy(group => (-group.Count, group.First!.Value.Place!.Entry))?.First!.Value;
}

/// <summary>A connection's place in a crowd.</summary>
/// <param name="Crowd">The crowd.</param>
/// <param name="Whose">The owner of the connection.</param>
/// <param name="Node">Its place among the owner's connections.</param>
/// <param name="Entry">The number of its entry; later entries have higher numbers.</param>
internal sealed record PeerPlace(PeerCrowd Crowd, string Whose, LinkedListNode<PeerArrival> Node, long Entry);
