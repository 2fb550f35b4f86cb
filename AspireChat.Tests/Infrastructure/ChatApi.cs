using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A user as the API shows it.</summary>
public sealed record ApiUser(string Name, string Address, DateTimeOffset Since);

/// <summary>Who the client is.</summary>
public sealed record ApiMe(string Name, string Address, string Fingerprint, Dictionary<string, string> Connections);

/// <summary>A private chat in the list.</summary>
public sealed record ApiChat(string User, string State, int Unread, DateTimeOffset? LastAt);

/// <summary>Where a message goes.</summary>
public sealed record ApiPlace(string? User, string? Group);

/// <summary>A message.</summary>
public sealed record ApiMessage(
    string Id, string From, ApiPlace To, string Text, DateTimeOffset SentAt, string State, string? Reason, long Missing = 0);

/// <summary>A group of the own user.</summary>
public sealed record ApiGroup(string Name, string Mode, int? Members, bool Joined);

/// <summary>What a survey found, and why it ended.</summary>
public sealed record ApiSurvey(IReadOnlyList<ApiUser> Users, IReadOnlyList<ApiGroup> Groups, string Ended);

/// <summary>A received insult.</summary>
public sealed record ApiInsult(string Id, string From, string Text, DateTimeOffset SentAt);

/// <summary>What a send answers.</summary>
public sealed record ApiSent(string Id, string State);

/// <summary>A problem document (RFC 9457).</summary>
public sealed record ApiProblem(string? Type, string? Title, int? Status, string? Detail);

/// <summary>The API refused; what it said is in <see cref="Problem"/>.</summary>
public sealed class ApiException(string call, HttpStatusCode status, ApiProblem problem)
    : Exception($"{call} answered {(int)status}: {problem.Title} {problem.Detail}")
{
    public HttpStatusCode Status { get; } = status;

    public ApiProblem Problem { get; } = problem;
}

/// <summary>A client's local API as tests call it: the table of docs/architecture.md, one method per row.</summary>
public sealed class ChatApi(HttpClient http)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The same API without any of this, for requests that are wrong on purpose.</summary>
    public HttpClient Http { get; } = http;

    public Task<ApiMe> MeAsync() => GetAsync<ApiMe>("/api/me");

    public async Task<IReadOnlyList<ApiUser>> UsersAsync() => (await GetAsync<Items<ApiUser>>("/api/users")).List;

    public async Task<IReadOnlyList<ApiChat>> ChatsAsync() => (await GetAsync<Items<ApiChat>>("/api/chats")).List;

    /// <summary>The chat with a user as listed, or null.</summary>
    public async Task<ApiChat?> FindChatAsync(string user) => (await ChatsAsync()).SingleOrDefault(chat => chat.User == user);

    public Task<ApiChat> OpenChatAsync(string user) => PostAsync<ApiChat>($"/api/chats/{user}");

    public Task AcceptChatAsync(string user) => PostAsync($"/api/chats/{user}/accept");

    public Task DeclineChatAsync(string user) => PostAsync($"/api/chats/{user}/decline");

    public Task TrustAsync(string user, string fingerprint) => PostAsync($"/api/chats/{user}/trust", new { fingerprint });

    public Task<ApiSent> SendAsync(string user, string text) => PostAsync<ApiSent>($"/api/chats/{user}/messages", new { text });

    public Task MarkReadAsync(string user) => PostAsync($"/api/chats/{user}/read");

    /// <summary>A page of a chat, oldest first.</summary>
    public async Task<IReadOnlyList<ApiMessage>> MessagesAsync(string user, int limit = 10_000, string? before = null) =>
        (await GetAsync<Items<ApiMessage>>(
            $"/api/chats/{user}/messages?limit={limit}{(before is null ? "" : $"&before={before}")}")).List;

    /// <summary>A whole chat, oldest first, read page by page.</summary>
    public async Task<IReadOnlyList<ApiMessage>> WholeChatAsync(string user)
    {
        var all = new List<ApiMessage>();
        var page = await MessagesAsync(user);
        while (page.Count > 0)
        {
            all.InsertRange(0, page);
            page = await MessagesAsync(user, before: page[0].Id);
        }

        return all;
    }

    public async Task<IReadOnlyList<ApiGroup>> GroupsAsync() => (await GetAsync<Items<ApiGroup>>("/api/groups")).List;

    /// <summary>Joins a group, or creates it; without a mode the client's default for a new one.</summary>
    public Task<ApiGroup> JoinGroupAsync(string group, string? mode = null) =>
        PostAsync<ApiGroup>($"/api/groups/{group}", mode is null ? null : new { mode });

    public Task ExitGroupAsync(string group) => PostAsync($"/api/groups/{group}/exit");

    public async Task GiveUpGroupAsync(string group)
    {
        using var answer = await SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/groups/{group}"));
    }

    public Task<ApiSent> SendToGroupAsync(string group, string text) =>
        PostAsync<ApiSent>($"/api/groups/{group}/messages", new { text });

    /// <summary>A page of a group, oldest first.</summary>
    public async Task<IReadOnlyList<ApiMessage>> GroupMessagesAsync(string group, int limit = 10_000, string? before = null) =>
        (await GetAsync<Items<ApiMessage>>(
            $"/api/groups/{group}/messages?limit={limit}{(before is null ? "" : $"&before={before}")}")).List;

    public Task<ApiSurvey> DiscoverAsync(double seconds = 3) =>
        PostAsync<ApiSurvey>(string.Create(CultureInfo.InvariantCulture, $"/api/discover?seconds={seconds}"));

    /// <summary>Sends an insult; a stock insult if there is no text.</summary>
    public Task<ApiSent> InsultAsync(string? text = null) => PostAsync<ApiSent>("/api/insults", text is null ? null : new { text });

    /// <summary>A page of the insults that reached this client, oldest first.</summary>
    public async Task<IReadOnlyList<ApiInsult>> InsultsAsync(int limit = 10_000, string? before = null) =>
        (await GetAsync<Items<ApiInsult>>($"/api/insults?limit={limit}{(before is null ? "" : $"&before={before}")}")).List;

    /// <summary>
    /// Calls that must be refused: returns what the API said, checked to be a problem document that agrees with the status.
    /// </summary>
    public static async Task<ApiException> RefusalAsync(Func<Task> call) => await Assert.ThrowsAsync<ApiException>(call);

    private Task<T> GetAsync<T>(string path) => CallAsync<T>(new HttpRequestMessage(HttpMethod.Get, path));

    private Task<T> PostAsync<T>(string path, object? body = null) => CallAsync<T>(Post(path, body));

    private async Task PostAsync(string path, object? body = null)
    {
        using var answer = await SendAsync(Post(path, body));
    }

    private static HttpRequestMessage Post(string path, object? body) => new(HttpMethod.Post, path)
    {
        // A write without a body still says what it speaks.
        Content = body is null
            ? new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }
            : JsonContent.Create(body, options: Json),
    };

    private async Task<T> CallAsync<T>(HttpRequestMessage request)
    {
        using var answer = await SendAsync(request);
        return await answer.Content.ReadFromJsonAsync<T>(Json, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"{request.RequestUri} answered null.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = await answer.Content.ReadFromJsonAsync<ApiProblem>(Json, TestContext.Current.CancellationToken);
            Assert.Equal((int)answer.StatusCode, problem!.Status);
            throw new ApiException($"{request.Method} {request.RequestUri}", answer.StatusCode, problem);
        }
    }

    private sealed record Items<T>([property: System.Text.Json.Serialization.JsonPropertyName("items")] IReadOnlyList<T> List);
}
