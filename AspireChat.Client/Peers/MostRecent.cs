namespace AspireChat.Client.Peers;

/// <summary>
/// Keeps a value for each of the most recently seen keys, and forgets the key that was seen longest ago when there are too
/// many. Strangers can make any number of keys, so a search through all of them at every call would be too expensive.
/// </summary>
/// <param name="most">The largest number of keys.</param>
internal sealed class MostRecent<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _places = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _inOrder = new();

    /// <summary>Marks a key as just seen and returns its value, which is made if there is none.</summary>
    public TValue Meet(TKey key, Func<TValue> make)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(key, out var place))
            {
                _inOrder.Remove(place);
            }
            else
            {
                _places[key] = place = new LinkedListNode<(TKey Key, TValue Value)>((key, make()));
            }

            _inOrder.AddLast(place);
            if (_places.Count > most)
            {
                _places.Remove(_inOrder.First!.Value.Key);
                _inOrder.RemoveFirst();
            }

            return place.Value.Value;
        }
    }
}
