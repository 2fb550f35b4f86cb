using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AspireChat.Protos.LocalApi;

/// <summary>The events in a client, from <see cref="LocalApiClient.WatchAsync"/> until this is disposed.</summary>
public sealed class LiveEventStream : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;

    internal LiveEventStream(HttpResponseMessage response, Stream body) => (_response, _body) = (response, body);

    /// <summary>Reads the events; enumerate them once. The enumeration ends if the client stops.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async IAsyncEnumerable<LiveEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var events = SseParser.Create(_body, Parse).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(events))
        {
            yield return events.Current.Data;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        _response.Dispose();
    }

    private static LiveEvent Parse(string name, ReadOnlySpan<byte> data) => new(
        name, LiveEvent.DataTypes.TryGetValue(name, out var type) ? JsonSerializer.Deserialize(data, type, LocalApiJson.Options) : null);

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<SseItem<LiveEvent>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            return false; // The client is gone, perhaps in the middle of a line.
        }
    }
}
