using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A client's local API for tests: every call ends with the test, and pages have the largest size.</summary>
public sealed class ChatApi(HttpClient http)
{
    private readonly LocalApiClient _client = new(http);

    /// <summary>The plain HTTP client, for requests that are wrong on purpose.</summary>
    public HttpClient Http { get; } = http;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public Task<LoginCode> MakeLoginCodeAsync(string? after = null) => _client.MakeLoginCodeAsync(after, Ends);

    public Task<Me> MeAsync() => _client.DescribeAsync(Ends);

    public Task<IReadOnlyList<OnlineUser>> UsersAsync() => UsersAsync(limit: null);

    public Task<IReadOnlyList<OnlineUser>> UsersAsync(int? limit, string? after = null) => _client.ListUsersAsync(after, limit, Ends);

    public Task<SurveyResult> DiscoverAsync(double seconds = SurveyResult.DefaultSeconds) => _client.DiscoverAsync(seconds, Ends);

    public Task<IReadOnlyList<ChatSummary>> ChatsAsync() => _client.ListChatsAsync(Ends);

    /// <summary>The chat with a user as listed, or null.</summary>
    public async Task<ChatSummary?> FindChatAsync(string user) => (await ChatsAsync()).SingleOrDefault(chat => chat.User == user);

    public Task<ChatSummary> OpenChatAsync(string user) => _client.OpenChatAsync(user, Ends);

    public Task<ChatSummary> AcceptChatAsync(string user) => _client.AcceptChatAsync(user, Ends);

    public Task<ChatSummary> DeclineChatAsync(string user) => _client.DeclineChatAsync(user, Ends);

    public Task TrustAsync(string user, string fingerprint) => _client.TrustAsync(user, fingerprint, Ends);

    public Task<SentMessage> SendAsync(string user, string text, Guid? id = null) => _client.SendToUserAsync(user, text, id, Ends);

    public Task<IReadOnlyList<SentMessage>> SendAllAsync(string user, params IReadOnlyList<TextBody> messages) =>
        _client.SendAllToUserAsync(user, messages, Ends);

    public Task MarkReadAsync(string user) => _client.MarkChatReadAsync(user, Ends);

    public Task<IReadOnlyList<Message>> MessagesAsync(string user, int limit = PageLimits.Max, Guid? before = null) =>
        _client.ReadChatAsync(user, limit, before, Ends);

    /// <summary>A whole chat, oldest first, read page by page.</summary>
    public async Task<IReadOnlyList<Message>> WholeChatAsync(string user)
    {
        var all = new List<Message>();
        var page = await MessagesAsync(user);
        while (page.Count > 0)
        {
            all.InsertRange(0, page);
            page = await MessagesAsync(user, before: page[0].Id);
        }

        return all;
    }

    public Task<IReadOnlyList<GroupSummary>> GroupsAsync() => _client.ListGroupsAsync(Ends);

    public Task<IReadOnlyList<GroupMember>> MembersAsync(string group) => _client.ListMembersAsync(group, Ends);

    public Task<GroupSummary> JoinGroupAsync(string group, GroupMode? mode = null, bool fromBeginning = false) =>
        _client.JoinGroupAsync(group, mode, fromBeginning, Ends);

    public Task LeaveGroupAsync(string group) => _client.LeaveGroupAsync(group, Ends);

    public Task UnsubscribeAsync(string group) => _client.GiveUpGroupAsync(group, Ends);

    public Task<SentMessage> SendToGroupAsync(string group, string text, Guid? id = null) =>
        _client.SendToGroupAsync(group, text, id, Ends);

    public Task<IReadOnlyList<SentMessage>> SendAllToGroupAsync(string group, params IReadOnlyList<TextBody> messages) =>
        _client.SendAllToGroupAsync(group, messages, Ends);

    public Task<IReadOnlyList<Message>> GroupMessagesAsync(string group, int limit = PageLimits.Max, Guid? before = null) =>
        _client.ReadGroupAsync(group, limit, before, Ends);

    public Task MarkGroupReadAsync(string group) => _client.MarkGroupReadAsync(group, Ends);

    public Task<SentMessage> InsultAsync(string? text = null) => _client.InsultAsync(text, Ends);

    public Task<IReadOnlyList<ReceivedInsult>> InsultsAsync(int limit = PageLimits.Max, Guid? before = null) =>
        _client.ReadInsultsAsync(limit, before, Ends);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(string query, int limit = PageLimits.Max) =>
        _client.SearchAsync(query, limit, Ends);

    /// <summary>Makes a call that the client must refuse, and returns the refusal.</summary>
    public static Task<LocalApiException> RefusalAsync(Func<Task> call) => Assert.ThrowsAsync<LocalApiException>(call);
}
