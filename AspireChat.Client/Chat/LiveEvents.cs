using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AspireChat.Client.Chat;

/// <summary>
/// Publishes events to every front end as they happen. Each watcher has its own bounded queue, so a slow watcher holds up
/// neither the chat nor other watchers.
/// </summary>
public sealed class LiveEvents
{
    /// <summary>How many events may wait for one watcher before it is cut off.</summary>
    public const int QueueLength = 16_384;

    /// <summary>How many bytes of text may wait for one watcher before it is cut off.</summary>
    public const int QueueBytes = 16 * 1024 * 1024;

    /// <summary>How many watchers there may be at a time; each costs memory, and time at every event.</summary>
    public const int MaxWatchers = 64;

    private readonly ConcurrentDictionary<Watcher, byte> _watchers = new();
    private int _count;

    /// <summary>Gives an event to all watchers; never blocks.</summary>
    public void Publish(ChatEvent happened)
    {
        foreach (var (watcher, _) in _watchers)
        {
            watcher.Give(happened);
        }
    }

    /// <summary>
    /// Starts watching: the result has every event published after this call returns. Enumerate it only once.
    /// </summary>
    /// <returns>The events; the enumeration throws a <see cref="ChatException"/> if the watcher fell behind.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: <see cref="MaxWatchers"/> watchers exist already.</exception>
    public IAsyncEnumerable<ChatEvent> Watch(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > MaxWatchers)
        {
            Interlocked.Decrement(ref _count);
            throw new ChatException(ChatFault.Unavailable, $"This client's events already have {MaxWatchers} watchers; end one of them first.");
        }

        var watcher = new Watcher();
        _watchers.TryAdd(watcher, 0);
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<ChatEvent> ReadAsync(
        Watcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in watcher.Waiting.ReadAllAsync(cancellationToken))
            {
                watcher.Took(happened);
                yield return happened;
            }
        }
        finally
        {
            if (_watchers.TryRemove(watcher, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private sealed class Watcher
    {
        // The size of an event without its text, in bytes.
        private const int PerEvent = 128;

        private readonly Channel<ChatEvent> _channel =
            Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

        private long _bytes;

        public ChannelReader<ChatEvent> Waiting => _channel.Reader;

        public void Give(ChatEvent happened)
        {
            // The stream must have no gaps; a watcher that fell behind is told to read the history again.
            if (Interlocked.Add(ref _bytes, SizeOf(happened)) > QueueBytes || !_channel.Writer.TryWrite(happened))
            {
                _channel.Writer.TryComplete(new ChatException(
                    ChatFault.Unavailable, "This watcher fell too far behind; read the conversations again and reconnect."));
            }
        }

        public void Took(ChatEvent happened) => Interlocked.Add(ref _bytes, -SizeOf(happened));

        // Two bytes a character in memory.
        private static long SizeOf(ChatEvent happened) => PerEvent + happened switch
        {
            MessageEvent e => 2L * e.Message.Text.Length,
            InsultEvent e => 2L * e.Insult.Text.Length,
            StateEvent e => 2L * (e.Reason?.Length ?? 0),
            ConnectionEvent e => 2L * (e.Detail?.Length ?? 0),
            GroupEvent e => 2L * (e.Detail?.Length ?? 0),
            RefusedEvent e => 2L * e.Detail.Length,
            _ => 0,
        };
    }
}
