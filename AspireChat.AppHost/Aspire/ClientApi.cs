using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>A client's local API, as its user would call it (docs/protocol.md, "The local API").</summary>
/// <param name="user">The user's name.</param>
/// <param name="web">Where the API is.</param>
/// <param name="token">What it wants.</param>
internal sealed class ClientApi(string user, EndpointReference web, ParameterResource token)
{
    // Longer than the client itself waits: 30 s for somebody's answer to an invitation, 30 s for a survey. No proxy stands
    // between two programs of one machine, and none is to see the token.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    // What is only read is there at once.
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    /// <summary>The user's name.</summary>
    public string User => user;

    /// <summary>Asks for something.</summary>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HostException">The client refuses, does not run or does not answer; a sentence.</exception>
    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Get, path, body: null, ReadPatience, cancellationToken);

    /// <summary>Has something done.</summary>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="body">What the call wants; null: nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HostException">The client refuses, does not run or does not answer; a sentence.</exception>
    public Task<JsonNode> PostAsync(string path, JsonObject? body, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Post, path, body, Http.Timeout, cancellationToken);

    private async Task<JsonNode> CallAsync(
        HttpMethod method, string path, JsonObject? body, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(new Uri(web.Url), $"api/{path}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token.GetValueAsync(deadline.Token));
            request.Content = body is null ? null : JsonContent.Create(body);
            using var response = await Http.SendAsync(request, deadline.Token);
            var answer = await response.Content.ReadFromJsonAsync<JsonNode>(deadline.Token);
            return response.IsSuccessStatusCode && answer is not null
                ? answer
                : throw new HostException(answer?["detail"]?.GetValue<string>() ?? $"{user}'s client refused with status {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new HostException($"{user}'s client does not answer; does it run?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostException($"{user}'s client did not answer within {patience.TotalSeconds:0} seconds.");
        }
    }
}
