namespace AspireChat.Client.Messaging;

/// <summary>
/// The publishes of one channel that wait for their confirm. Confirms may arrive in any order and several at a time
/// (https://www.rabbitmq.com/docs/confirms); progress is reported in the order of the publishes, so that "up to here" is
/// always true. Not safe for concurrent use.
/// </summary>
internal sealed class PublishWindow
{
    private readonly Queue<Waiting> _waiting = new();
    private readonly HashSet<ulong> _confirmed = [];

    /// <summary>How many publishes wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>When the oldest was published; null if none waits.</summary>
    public DateTimeOffset? Oldest => _waiting.TryPeek(out var first) ? first.At : null;

    /// <summary>Adds a publish that is about to leave.</summary>
    /// <param name="publish">The channel's sequence number of the publish, in ascending order.</param>
    /// <param name="through">The last seq of its messages.</param>
    /// <param name="at">Now.</param>
    public void Add(ulong publish, long through, DateTimeOffset at) => _waiting.Enqueue(new Waiting(publish, through, at));

    /// <summary>Records that the broker confirmed a publish, or all publishes up to it.</summary>
    /// <returns>The seq up to which everything is now confirmed, or null if that did not change.</returns>
    public long? Confirm(ulong publish, bool multiple)
    {
        if (!multiple)
        {
            _confirmed.Add(publish);
        }

        long? through = null;
        while (_waiting.TryPeek(out var first) && ((multiple && first.Publish <= publish) || _confirmed.Remove(first.Publish)))
        {
            through = first.Through;
            _confirmed.Remove(first.Publish);
            _waiting.Dequeue();
        }

        return through;
    }

    private readonly record struct Waiting(ulong Publish, long Through, DateTimeOffset At);
}
