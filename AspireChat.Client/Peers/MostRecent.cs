namespace AspireChat.Client.Peers;

/// <summary>
/// A value per key, for the keys that came last. Beyond so many, the one that has not come for longest is forgotten:
/// strangers make as many keys as they like, and to search all of them for one to forget would cost at every call.
/// </summary>
/// <param name="most">For how many keys.</param>
internal sealed class MostRecent<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _places = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _inOrder = new();

    /// <summary>The value of a key, which has come now; a new one if there is none.</summary>
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
