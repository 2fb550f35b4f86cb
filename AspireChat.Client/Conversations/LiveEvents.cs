using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AspireChat.Client.Conversations;

/// <summary>
/// Tells every front end what happens, as it happens. Each watcher has a bounded queue of its own, so a slow one
/// neither holds up the chat nor the other watchers.
/// </summary>
public sealed class LiveEvents
{
    /// <summary>How many events may wait for one watcher before it is cut off.</summary>
    public const int QueueLength = 16_384;

    private readonly ConcurrentDictionary<Channel<ChatEvent>, byte> _watchers = new();

    /// <summary>Gives an event to all watchers; never blocks.</summary>
    public void Publish(ChatEvent happened)
    {
        foreach (var (watcher, _) in _watchers)
        {
            // A gap in the stream would be a lie; a watcher that fell behind is told to read the history again.
            if (!watcher.Writer.TryWrite(happened))
            {
                watcher.Writer.TryComplete(new ChatException(
                    ChatFault.Unavailable, "This watcher fell too far behind; read the conversations again and reconnect."));
            }
        }
    }

    /// <summary>
    /// Starts watching. Events published after this call returns are seen; enumerate the result once.
    /// </summary>
    /// <returns>The events; the enumeration throws a <see cref="ChatException"/> if the watcher fell behind.</returns>
    public IAsyncEnumerable<ChatEvent> Watch(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<ChatEvent>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        _watchers.TryAdd(channel, 0);
        return ReadAsync(channel, cancellationToken);
    }

    private async IAsyncEnumerable<ChatEvent> ReadAsync(
        Channel<ChatEvent> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return happened;
            }
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }
}
