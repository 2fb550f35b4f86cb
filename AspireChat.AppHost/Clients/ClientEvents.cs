using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AspireChat.AppHost.Clients;

/// <summary>What happens in a client, as <c>GET /api/events</c> tells it, until this is disposed of.</summary>
/// <param name="response">The answer, which begins once the client has begun to watch.</param>
/// <param name="body">Its body.</param>
internal sealed class ClientEvents(HttpResponseMessage response, Stream body) : IAsyncDisposable
{
    /// <summary>The events' names and data; ends early if the client goes.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async IAsyncEnumerable<(string Name, JsonNode Data)> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var events = SseParser.Create(body, (_, data) => JsonNode.Parse(data)!)
            .EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(events))
        {
            yield return (events.Current.EventType, events.Current.Data);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await body.DisposeAsync();
        response.Dispose();
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<SseItem<JsonNode>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            return false; // The client went, in the middle of a line perhaps.
        }
    }
}
