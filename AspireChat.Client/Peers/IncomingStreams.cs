using System.Collections.Concurrent;
using AspireChat.Client.History;
using AspireChat.Protos.V1;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Client.Peers;

/// <summary>
/// The streams on which others deliver, one per key: a second one of the same key ends the first and waits until it
/// has stored what it had read, so that messages cannot overtake each other between two connections.
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

    /// <summary>Ends the streams of a user with any other key than the one given.</summary>
    public Task EndOthersAsync(string user, string fingerprint) => Task.WhenAll(_streams
        .Where(stream => stream.Value.Caller.User == user && stream.Key != fingerprint)
        .Select(stream => stream.Value.EndAsync()));

    /// <summary>Tells a user how far this user has read, if that user is connected; else the next stream starts with it.</summary>
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
