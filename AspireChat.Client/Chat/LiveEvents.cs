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

    private readonly Lock _change = new();

    // Replaced at every change, so that publishing takes no lock and, without watchers, costs nothing.
    private volatile Watcher[] _watchers = [];

    /// <summary>Gives an event to all watchers; never blocks.</summary>
    public void Publish(ChatEvent happened)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Give(happened);
        }
    }

    /// <summary>
    /// Starts watching: the result has every event published after this call returns. Enumerate it only once.
    /// </summary>
    /// <returns>The events; the enumeration throws a <see cref="ChatException"/> if the watcher fell behind.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: <see cref="MaxWatchers"/> watchers exist already.</exception>
    public Watcher Watch(CancellationToken cancellationToken)
    {
        var watcher = new Watcher(this, cancellationToken);
        lock (_change)
        {
            if (_watchers.Length >= MaxWatchers)
            {
                throw new ChatException(ChatFault.Unavailable, $"This client's events already have {MaxWatchers} watchers; end one of them first.");
            }

            _watchers = [.. _watchers, watcher];
        }

        return watcher;
    }

    private void Remove(Watcher watcher)
    {
        lock (_change)
        {
            _watchers = [.. _watchers.Where(other => other != watcher)];
        }
    }

    /// <summary>The events that wait for one watcher. One whose enumeration never starts must be disposed.</summary>
    public sealed class Watcher : IAsyncEnumerable<ChatEvent>, IDisposable
    {
        // The size of an event without its text, in bytes.
        private const int PerEvent = 128;

        private readonly Channel<ChatEvent> _channel =
            Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

        private readonly LiveEvents _events;
        private readonly CancellationToken _end;
        private long _bytes;
        private volatile bool _isCutOff;

        internal Watcher(LiveEvents events, CancellationToken end) => (_events, _end) = (events, end);

        /// <summary>Whether another event waits.</summary>
        public bool HasMore => _channel.Reader.TryPeek(out _);

        /// <inheritdoc/>
        public async IAsyncEnumerator<ChatEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_end, cancellationToken);
            try
            {
                await foreach (var happened in _channel.Reader.ReadAllAsync(end.Token))
                {
                    Interlocked.Add(ref _bytes, -SizeOf(happened));
                    yield return happened;
                }
            }
            finally
            {
                Dispose();
            }
        }

        /// <summary>Ends the watching.</summary>
        public void Dispose() => _events.Remove(this);

        internal void Give(ChatEvent happened)
        {
            // The stream must have no gaps; a watcher that fell behind is told to read the history again.
            if (_isCutOff)
            {
                return;
            }

            if (Interlocked.Add(ref _bytes, SizeOf(happened)) > QueueBytes || !_channel.Writer.TryWrite(happened))
            {
                _isCutOff = true;
                _channel.Writer.TryComplete(new ChatException(
                    ChatFault.Unavailable, "This watcher fell too far behind; read the conversations again and reconnect."));
            }
        }

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
