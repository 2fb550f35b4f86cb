namespace AspireChat.Client.Window;

/// <summary>Remembers the last warnings, so that each is told once; safe for concurrent use.</summary>
internal sealed class ToldOnce
{
    // An impostor may call a thousand times, with a thousand keys.
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly Queue<string> _told = new();

    /// <summary>Takes note of a warning.</summary>
    /// <returns>False if it is among the last ones.</returns>
    public bool TryTell(string sentence)
    {
        lock (_gate)
        {
            if (_told.Contains(sentence))
            {
                return false;
            }

            _told.Enqueue(sentence);
            if (_told.Count > Most)
            {
                _told.Dequeue();
            }

            return true;
        }
    }
}
