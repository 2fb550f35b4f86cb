using System.Collections.Concurrent;
using AspireChat.Client.History;
using AspireChat.Protos.V1;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Client.Peers;

/// <summary>
/// The streams on which peers deliver, one per key. A second stream of the same key ends the first and waits until the first
/// has stored all it has read, so that messages cannot overtake each other between two connections.
/// </summary>
internal sealed class IncomingStreams(MessageStore store)
{
    private readonly ConcurrentDictionary<string, IncomingStream> _streams = new(StringComparer.Ordinal);

    /// <summary>Runs a stream until it ends.</summary>
    public async Task RunAsync(IncomingStream stream)
    {
        IncomingStream? first = null;
        _streams.AddOrUpdate(stream.Caller.Fingerprint, stream, (_, before) =>
        {
            first = before;
            return stream;
        });

        try
        {
            if (first is not null)
            {
                await first.EndAsync();
            }

            await stream.RunAsync(store.ReadThrough(Conversation.With(stream.Caller.User), stream.Caller.Fingerprint));
        }
        finally
        {
            _streams.TryRemove(KeyValuePair.Create(stream.Caller.Fingerprint, stream));
            stream.Dispose();
        }
    }

    /// <summary>Ends a user's streams with any key but the one given.</summary>
    public Task EndOthersAsync(string user, string fingerprint) => Task.WhenAll(_streams
        .Where(stream => stream.Value.Caller.User == user && stream.Key != fingerprint)
        .Select(stream => stream.Value.EndAsync()));

    /// <summary>Tells a connected user how far this user has read; any other user learns it at the start of the next stream.</summary>
    public void TellRead(string user)
    {
        foreach (var (fingerprint, stream) in _streams)
        {
            if (stream.Caller.User == user)
            {
                stream.Tell(new Receipt { ReadThrough = (ulong)store.ReadThrough(Conversation.With(user), fingerprint) });
            }
        }
    }
}
