using System.Collections.Concurrent;
using AspireChat.Protos.V1;

namespace AspireChat.Client.Peers;

/// <summary>
/// The streams on which peers deliver, one per key. A second stream of the same key ends the first and waits until the first
/// has stored all it has read, so that messages cannot overtake each other between two connections.
/// </summary>
internal sealed class IncomingStreams(ReadReceipts reading)
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

            await stream.RunAsync(reading.Through(stream.Caller.User, stream.Caller.Fingerprint));
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
    /// <returns>Whether the user is connected.</returns>
    public bool TellRead(string user)
    {
        var isConnected = false;
        foreach (var (fingerprint, stream) in _streams.Where(stream => stream.Value.Caller.User == user))
        {
            stream.Tell(new Receipt { ReadThrough = (ulong)reading.Through(user, fingerprint) });
            isConnected = true;
        }

        return isConnected;
    }
}
