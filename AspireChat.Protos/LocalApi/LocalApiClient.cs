using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AspireChat.Protos.Rules;

namespace AspireChat.Protos.LocalApi;

/// <summary>
/// A client's local API, one method per call (docs/protocol.md, "The local API"). Safe for concurrent use.
/// </summary>
/// <remarks>
/// Every method throws a <see cref="LocalApiException"/> if the client refuses, an <see cref="HttpRequestException"/> or
/// <see cref="IOException"/> if it cannot be reached or stops meanwhile, a <see cref="JsonException"/> if another program
/// answers, and an <see cref="OperationCanceledException"/> if the token is cancelled or <see cref="HttpClient.Timeout"/>
/// passes. Calls that wait for others (opening a chat, joining, a survey) take up to 30 seconds. Names are checked by the
/// client (<see cref="ChatName"/>), which compares them in lower case.
/// </remarks>
/// <param name="http">
/// Its base address is the client's web port; its default headers carry <c>Authorization: Bearer {token}</c>. The caller disposes it.
/// </param>
public sealed class LocalApiClient(HttpClient http)
{
    /// <summary>Describes the client's identity and its connections.</summary>
    public Task<Me> DescribeAsync(CancellationToken cancellationToken = default) => GetAsync<Me>("/api/me", cancellationToken);

    /// <summary>Lists the users who are online according to the name server, this client's user too, in alphabetical order.</summary>
    /// <param name="after">Only users after this name; null begins with the first one.</param>
    /// <param name="limit">The most users, 1 to <see cref="PageLimits.MaxUsers"/>; that if null. Fewer are the last page.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<OnlineUser>> ListUsersAsync(
        string? after = null, int? limit = null, CancellationToken cancellationToken = default) =>
        ListAsync<OnlineUser>(
            $"/api/users?limit={(limit ?? PageLimits.MaxUsers).ToString(CultureInfo.InvariantCulture)}"
            + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"),
            cancellationToken);

    /// <summary>Asks all clients who they are and which groups they are in.</summary>
    /// <param name="seconds">
    /// The longest time: above 0, up to <see cref="SurveyResult.MaxSeconds"/>; <see cref="SurveyResult.DefaultSeconds"/> if null.
    /// </param>
    /// <param name="cancellationToken">Ends the survey.</param>
    public Task<SurveyResult> DiscoverAsync(double? seconds = null, CancellationToken cancellationToken = default) =>
        PostAsync<SurveyResult>(
            seconds is null ? "/api/discover" : string.Create(CultureInfo.InvariantCulture, $"/api/discover?seconds={seconds}"),
            body: null,
            cancellationToken);

    /// <summary>Lists the private chats, the most recent message first.</summary>
    public Task<IReadOnlyList<ChatSummary>> ListChatsAsync(CancellationToken cancellationToken = default) =>
        ListAsync<ChatSummary>("/api/chats", cancellationToken);

    /// <summary>Opens a private chat on both sides; waits for the other user's answer.</summary>
    public Task<ChatSummary> OpenChatAsync(string user, CancellationToken cancellationToken = default) =>
        PostAsync<ChatSummary>(Chat(user), body: null, cancellationToken);

    /// <summary>Accepts a chat that another user asked for.</summary>
    public Task<ChatSummary> AcceptChatAsync(string user, CancellationToken cancellationToken = default) =>
        PostAsync<ChatSummary>($"{Chat(user)}/accept", body: null, cancellationToken);

    /// <summary>Declines a chat that another user asked for.</summary>
    public Task<ChatSummary> DeclineChatAsync(string user, CancellationToken cancellationToken = default) =>
        PostAsync<ChatSummary>($"{Chat(user)}/decline", body: null, cancellationToken);

    /// <summary>Accepts another key for a user's name.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="fingerprint">The new key's fingerprint, 64 hexadecimal digits.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task TrustAsync(string user, string fingerprint, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Post, $"{Chat(user)}/trust", new TrustBody(fingerprint), cancellationToken);

    /// <summary>Sends a private message; returns once it is in the outbox.</summary>
    /// <param name="user">The receiver. The first message opens the chat.</param>
    /// <param name="text">1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8.</param>
    /// <param name="id">A UUIDv7 made for this message: repeating the call with it sends nothing twice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<SentMessage> SendToUserAsync(string user, string text, Guid? id = null, CancellationToken cancellationToken = default) =>
        PostAsync<SentMessage>($"{Chat(user)}/messages", new TextBody(text, id), cancellationToken);

    /// <summary>Sends several private messages in their order, all or none; returns once they are in the outbox.</summary>
    /// <param name="user">The receiver.</param>
    /// <param name="messages">1 to <see cref="TextListBody.MaxMessages"/> texts, each perhaps with an id, as of a single one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<SentMessage>> SendAllToUserAsync(
        string user, IReadOnlyList<TextBody> messages, CancellationToken cancellationToken = default) =>
        SendAllAsync($"{Chat(user)}/messages/list", messages, cancellationToken);

    /// <summary>Reads a page of a private chat, oldest message first: the newest messages, or the newest before another.</summary>
    /// <param name="user">The other user's name.</param>
    /// <param name="limit">The most messages, 1 to <see cref="PageLimits.Max"/>; <see cref="PageLimits.Default"/> if null.</param>
    /// <param name="before">Only messages before the one with this id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<Message>> ReadChatAsync(
        string user, int? limit = null, Guid? before = null, CancellationToken cancellationToken = default) =>
        ListAsync<Message>($"{Chat(user)}/messages{Page(limit, before)}", cancellationToken);

    /// <summary>Marks all messages of a user so far as read, and tells that user.</summary>
    public Task MarkChatReadAsync(string user, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Post, $"{Chat(user)}/read", body: null, cancellationToken);

    /// <summary>Lists the groups whose room this client is in, and the durable ones it subscribes to.</summary>
    public Task<IReadOnlyList<GroupSummary>> ListGroupsAsync(CancellationToken cancellationToken = default) =>
        ListAsync<GroupSummary>("/api/groups", cancellationToken);

    /// <summary>Lists the members in a group's room, in alphabetical order, and which of them are online.</summary>
    public Task<IReadOnlyList<GroupMember>> ListMembersAsync(string group, CancellationToken cancellationToken = default) =>
        ListAsync<GroupMember>($"{Group(group)}/members", cancellationToken);

    /// <summary>Enters a group's room, and creates the group if it does not exist.</summary>
    /// <param name="group">Its name.</param>
    /// <param name="mode">The mode the group must have; null accepts any mode and makes a new group
    /// <see cref="GroupMode.Durable"/>.</param>
    /// <param name="fromBeginning">Whether a new member also reads what the group's log has from before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<GroupSummary> JoinGroupAsync(
        string group, GroupMode? mode = null, bool fromBeginning = false, CancellationToken cancellationToken = default) =>
        PostAsync<GroupSummary>(Group(group), mode is null && !fromBeginning ? null : new JoinBody(mode, fromBeginning), cancellationToken);

    /// <summary>Lists the modes of groups, the default first, with what each promises, costs and cannot do.</summary>
    public Task<IReadOnlyList<GroupModeSummary>> ListModesAsync(CancellationToken cancellationToken = default) =>
        ListAsync<GroupModeSummary>("/api/modes", cancellationToken);

    /// <summary>Leaves a group's room; the subscription to a durable group is kept.</summary>
    public Task LeaveGroupAsync(string group, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Post, $"{Group(group)}/exit", body: null, cancellationToken);

    /// <summary>Unsubscribes from a group, and deletes the messages that wait for this client.</summary>
    public Task GiveUpGroupAsync(string group, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Delete, Group(group), body: null, cancellationToken);

    /// <summary>Sends a message to a group whose room this client is in; returns once it is in the outbox.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="text">1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8.</param>
    /// <param name="id">As for <see cref="SendToUserAsync">a private message</see>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<SentMessage> SendToGroupAsync(string group, string text, Guid? id = null, CancellationToken cancellationToken = default) =>
        PostAsync<SentMessage>($"{Group(group)}/messages", new TextBody(text, id), cancellationToken);

    /// <summary>Sends several messages to a group in their order, all or none, as <see cref="SendAllToUserAsync">to a user</see>.</summary>
    public Task<IReadOnlyList<SentMessage>> SendAllToGroupAsync(
        string group, IReadOnlyList<TextBody> messages, CancellationToken cancellationToken = default) =>
        SendAllAsync($"{Group(group)}/messages/list", messages, cancellationToken);

    /// <summary>Reads a page of a group, as of <see cref="ReadChatAsync">a chat</see>.</summary>
    public Task<IReadOnlyList<Message>> ReadGroupAsync(
        string group, int? limit = null, Guid? before = null, CancellationToken cancellationToken = default) =>
        ListAsync<Message>($"{Group(group)}/messages{Page(limit, before)}", cancellationToken);

    /// <summary>Marks all messages of other members in a group so far as read; no member is told.</summary>
    public Task MarkGroupReadAsync(string group, CancellationToken cancellationToken = default) =>
        DoAsync(HttpMethod.Post, $"{Group(group)}/read", body: null, cancellationToken);

    /// <summary>Makes a code that opens the client's page once.</summary>
    /// <param name="after">
    /// The code of an earlier link: the call then waits until that one is used up or should be replaced, at most some minutes.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<LoginCode> MakeLoginCodeAsync(string? after = null, CancellationToken cancellationToken = default) =>
        PostAsync<LoginCode>(
            "/api/login-codes" + (after is null ? "" : $"?after={Uri.EscapeDataString(after)}"), body: null, cancellationToken);

    /// <summary>Sends an insult, which reaches exactly one client; returns once it is in the outbox.</summary>
    /// <param name="text">1 to <see cref="MessageText.MaxBytes"/> bytes of UTF-8; null: a stock insult.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<SentMessage> InsultAsync(string? text = null, CancellationToken cancellationToken = default) =>
        PostAsync<SentMessage>("/api/insults", text is null ? null : new TextBody(text), cancellationToken);

    /// <summary>Reads a page of the insults that reached this client, as of <see cref="ReadChatAsync">a chat</see>.</summary>
    public Task<IReadOnlyList<ReceivedInsult>> ReadInsultsAsync(
        int? limit = null, Guid? before = null, CancellationToken cancellationToken = default) =>
        ListAsync<ReceivedInsult>($"/api/insults{Page(limit, before)}", cancellationToken);

    /// <summary>Finds messages that have all words of a query, the last one also as the beginning of a word; the newest first.</summary>
    /// <param name="query">1 to <see cref="SearchLimits.MaxQueryLength"/> characters with at least one letter or digit.</param>
    /// <param name="limit">The most messages, as of <see cref="ReadChatAsync">a page</see>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<SearchHit>> SearchAsync(string query, int? limit = null, CancellationToken cancellationToken = default) =>
        ListAsync<SearchHit>($"/api/search{Page(limit, before: null)}&q={Uri.EscapeDataString(query)}", cancellationToken);

    /// <summary>Watches the client's events; all events after this returns are seen.</summary>
    public async Task<LiveEventStream> WatchAsync(CancellationToken cancellationToken = default)
    {
        var response = await SendAsync(HttpMethod.Get, "/api/events", body: null, cancellationToken);
        return new LiveEventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    private static string Chat(string user) => $"/api/chats/{Uri.EscapeDataString(user)}";

    private static string Group(string group) => $"/api/groups/{Uri.EscapeDataString(group)}";

    private static string Page(int? limit, Guid? before) =>
        $"?limit={(limit ?? PageLimits.Default).ToString(CultureInfo.InvariantCulture)}{(before is null ? "" : $"&before={before}")}";

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        AskAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);

    private async Task<IReadOnlyList<T>> ListAsync<T>(string path, CancellationToken cancellationToken) =>
        (await GetAsync<ItemList<T>>(path, cancellationToken)).Items;

    private Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken) =>
        AskAsync<T>(HttpMethod.Post, path, body, cancellationToken);

    private async Task DoAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
    }

    private async Task<IReadOnlyList<SentMessage>> SendAllAsync(
        string path, IReadOnlyList<TextBody> messages, CancellationToken cancellationToken) =>
        (await PostAsync<ItemList<SentMessage>>(path, new TextListBody(messages), cancellationToken)).Items;

    private async Task<T> AskAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: LocalApiJson.Options);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var problem = await ReadAsync<Problem>(response, cancellationToken);
            throw new LocalApiException(
                response.StatusCode, problem.Fault, problem.Detail ?? $"The client refused with status {(int)response.StatusCode}.");
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync<T>(LocalApiJson.Options, cancellationToken)
        ?? throw new JsonException("The answer is empty.");
}
