using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AspireChat.AppHost.Clients;

/// <summary>A client's local API, as its user would call it (docs/protocol.md, "The local API").</summary>
/// <param name="user">The user's name.</param>
/// <param name="web">Where the API is.</param>
/// <param name="token">Its token.</param>
internal sealed class ClientApi(string user, EndpointReference web, ParameterResource token)
{
    // Longer than the client itself waits: 30 s for somebody's answer to an invitation, 30 s for a survey.
    private static readonly TimeSpan ActPatience = TimeSpan.FromSeconds(60);

    // What is only read is there at once.
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    // No proxy stands between two programs of one machine, and none is to see the token. What a command causes is a trace of
    // its own at the client, whatever the host itself is about.
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The user's name.</summary>
    public string User => user;

    /// <summary>Asks for something.</summary>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClientRefusalException">The client refuses, does not run or does not answer; a sentence.</exception>
    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        AnswerAsync(HttpMethod.Get, path, body: null, ReadPatience, ReadAsync, cancellationToken);

    /// <summary>Makes a change.</summary>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="body">What the call wants; null: nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClientRefusalException">The client refuses, does not run or does not answer; a sentence.</exception>
    public Task<JsonNode> PostAsync(string path, JsonObject? body, CancellationToken cancellationToken) =>
        AnswerAsync(HttpMethod.Post, path, body, ActPatience, ReadAsync, cancellationToken);

    /// <summary>Watches what happens in the client from now on.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClientRefusalException">The client refuses, does not run or does not answer; a sentence.</exception>
    public Task<ClientEvents> WatchAsync(CancellationToken cancellationToken) => AnswerAsync(
        HttpMethod.Get, "events", body: null, ReadPatience,
        async (response, stop) => new ClientEvents(response, await response.Content.ReadAsStreamAsync(stop)),
        cancellationToken);

    private async Task<T> AnswerAsync<T>(
        HttpMethod method,
        string path,
        JsonObject? body,
        TimeSpan patience,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            using var request = await RequestAsync(method, path, body, deadline.Token);
            var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode
                ? await read(response, deadline.Token)
                : throw await RefusalAsync(response, deadline.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            throw new ClientRefusalException($"{user}'s client does not answer; does it run?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClientRefusalException($"{user}'s client did not answer within {patience.TotalSeconds:0} seconds.");
        }
    }

    private async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(new Uri(web.Url), $"api/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token.GetValueAsync(cancellationToken));
        request.Content = body is null ? null : JsonContent.Create(body);
        if (method == HttpMethod.Get)
        {
            // Part of a trace that nobody records (https://www.w3.org/TR/trace-context/#sampled-flag): the command looks
            // something up for itself, and that is nothing that a user did.
            request.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
        }

        return request;
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using (response)
        {
            return await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) ?? throw new JsonException("The answer is empty.");
        }
    }

    // The client says why as problem details (RFC 9457).
    private async Task<ClientRefusalException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await ReadAsync(response, cancellationToken);
        return new ClientRefusalException(problem["detail"]?.GetValue<string>() ?? $"{user}'s client refused with status {(int)response.StatusCode}.");
    }
}
