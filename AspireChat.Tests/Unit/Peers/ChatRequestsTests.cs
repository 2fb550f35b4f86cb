using AspireChat.Client.Chat;
using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class ChatRequestsTests : IAsyncDisposable
{
    private readonly LocalStore _store = new();
    private readonly LiveEvents _events = new();
    private readonly PeerOptions _limits = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Automatic_chats_open_at_once()
    {
        var requests = Requests(AcceptChats.Auto);

        Assert.True(await requests.DecideAsync(Peer("bob"), Cancellation).DefaultTimeout());
        Assert.Equal(ChatState.Open, State("bob"));
    }

    [Theory]
    [InlineData(true, ChatState.Open)]
    [InlineData(false, ChatState.Declined)]
    public async Task Chat_requests_wait_for_the_users_answer(bool accept, ChatState state)
    {
        var requests = Requests(AcceptChats.Ask);
        var decision = requests.DecideAsync(Peer("bob"), Cancellation);
        await Until.True("bob's request is stored", () => State("bob") == ChatState.Asked);
        Assert.False(decision.IsCompleted);

        await requests.AnswerAsync("bob", accept);
        Assert.Equal(accept, await decision.DefaultTimeout());
        Assert.Equal(state, State("bob"));
    }

    [Fact]
    public async Task One_answer_settles_all_requests_under_that_name()
    {
        var requests = Requests(AcceptChats.Ask);
        var decisions = Enumerable.Range(0, 10).Select(_ => requests.DecideAsync(Peer("bob"), Cancellation)).ToList();
        await Until.True("bob's request is stored", () => State("bob") == ChatState.Asked);
        await requests.AnswerAsync("bob", accept: true);

        Assert.All(await Task.WhenAll(decisions).DefaultTimeout(), Assert.True);
    }

    [Fact]
    public async Task A_declined_user_may_ask_again()
    {
        var requests = Requests(AcceptChats.Ask);
        var first = requests.DecideAsync(Peer("bob"), Cancellation);
        await Until.True("bob's request is stored", () => State("bob") == ChatState.Asked);
        await requests.AnswerAsync("bob", accept: false);
        Assert.False(await first.DefaultTimeout());

        var second = requests.DecideAsync(Peer("bob"), Cancellation);
        await Until.True("bob's second request is stored", () => State("bob") == ChatState.Asked);
        await requests.AnswerAsync("bob", accept: true);
        Assert.True(await second.DefaultTimeout());
        Assert.True(await requests.IsOpenAsync(Peer("bob")));
    }

    [Fact]
    public async Task An_answer_after_the_asker_hung_up_counts_for_the_next_request()
    {
        var requests = Requests(AcceptChats.Ask);
        using var patience = new CancellationTokenSource();
        var decision = requests.DecideAsync(Peer("bob"), patience.Token);
        await Until.True("bob's request is stored", () => State("bob") == ChatState.Asked);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decision).DefaultTimeout();

        await requests.AnswerAsync("bob", accept: true);
        Assert.True(await requests.DecideAsync(Peer("bob"), Cancellation).DefaultTimeout());
    }

    [Fact]
    public async Task An_answer_stands_though_the_request_is_repeated_meanwhile()
    {
        _limits.MaxRequestsPerMinute = 10_000;
        var requests = Requests(AcceptChats.Ask);
        var hungUp = new CancellationToken(canceled: true);
        for (var round = 0; round < 60; round++)
        {
            var user = $"user-{round}";
            var first = requests.DecideAsync(Peer(user), Cancellation);
            await Until.True("the request is stored", () => State(user) == ChatState.Asked);

            var isAnswered = false;
            var again = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                while (!Volatile.Read(ref isAnswered))
                {
                    await requests.DecideAsync(Peer(user), hungUp).ContinueWith(_ => { }, TaskScheduler.Default);
                }
            })).ToList();
            await requests.AnswerAsync(user, accept: true);
            Volatile.Write(ref isAnswered, true);
            await Task.WhenAll(again).DefaultTimeout();

            Assert.True(await first.DefaultTimeout());
            Assert.Equal(ChatState.Open, State(user));
        }
    }

    [Fact]
    public async Task The_number_of_waiting_requests_is_limited()
    {
        _limits.MaxWaitingRequests = 2;
        var requests = Requests(AcceptChats.Ask);
        var first = requests.DecideAsync(Peer("a"), Cancellation);
        var second = requests.DecideAsync(Peer("b"), Cancellation);
        await Until.True("two requests wait", () => _store.Messages.ListAsked().Count == 2);
        await Assert.ThrowsAsync<TooManyRequestsException>(() => requests.DecideAsync(Peer("c"), Cancellation)).DefaultTimeout();

        await requests.AnswerAsync("a", accept: true);
        Assert.True(await first.DefaultTimeout());
        var third = requests.DecideAsync(Peer("c"), Cancellation);
        await Until.True("two requests wait again", () => _store.Messages.ListAsked().Count == 2);
        await requests.AnswerAsync("b", accept: false);
        await requests.AnswerAsync("c", accept: true);
        Assert.False(await second.DefaultTimeout());
        Assert.True(await third.DefaultTimeout());
    }

    [Fact]
    public async Task The_oldest_abandoned_request_makes_room_for_a_new_one()
    {
        _limits.MaxWaitingRequests = 3;
        await _store.Messages.SetChatStateAsync("earlier", ChatState.Asked);
        var requests = Requests(AcceptChats.Ask);
        var first = requests.DecideAsync(Peer("a"), Cancellation);
        await Until.True("a's request is stored", () => State("a") == ChatState.Asked);
        await AskAndHangUpAsync(requests, "b");
        Assert.Equal(["a", "b", "earlier"], Asked());

        // First the request of an earlier process is dropped, then b's, and never a's, which waits.
        await AskAndHangUpAsync(requests, "c");
        Assert.Equal(["a", "b", "c"], Asked());
        await AskAndHangUpAsync(requests, "b");
        await AskAndHangUpAsync(requests, "d");
        Assert.Equal(["a", "b", "d"], Asked());

        // Those chats had no messages, so they are deleted.
        Assert.Equal(["a", "b", "d"], _store.Messages.ListChats().Select(chat => chat.User).Order());
        await requests.AnswerAsync("a", accept: true);
        Assert.True(await first.DefaultTimeout());
    }

    [Fact]
    public async Task A_chat_with_messages_stays_when_its_request_makes_room()
    {
        _limits.MaxWaitingRequests = 1;
        var requests = Requests(AcceptChats.Ask);
        await _store.Messages.AppendOwnAsync(Conversation.With("b"), "hello", span: null);
        await AskAndHangUpAsync(requests, "b");
        await AskAndHangUpAsync(requests, "c");

        Assert.Equal(ChatState.Closed, State("b"));
        Assert.Equal(["c"], Asked());
    }

    [Fact]
    public async Task A_user_who_did_not_ask_cannot_be_answered()
    {
        var requests = Requests(AcceptChats.Ask);
        var refusal = await Assert.ThrowsAsync<ChatException>(() => requests.AnswerAsync("bob", accept: true));

        Assert.Equal(ChatFault.NotFound, refusal.Fault);
        Assert.Null(_store.Messages.FindChat("bob"));
    }

    [Fact]
    public async Task Messages_are_accepted_only_in_an_open_chat()
    {
        var requests = Requests(AcceptChats.Ask);
        Assert.False(await requests.IsOpenAsync(Peer("bob")));

        await _store.Messages.SetChatStateAsync("bob", ChatState.Open);
        Assert.True(await requests.IsOpenAsync(Peer("bob")));
        Assert.False(await requests.IsOpenAsync(Peer("carol")));
        Assert.True(await Requests(AcceptChats.Auto).IsOpenAsync(Peer("carol")));
    }

    private ChatRequests Requests(AcceptChats accept) =>
        new(
            _store.Messages,
            _events,
            new RequestQuota(Options.Create(_limits), TimeProvider.System),
            Options.Create(new ChatOptions { Name = "alice", AcceptChats = accept }),
            Options.Create(_limits));

    private static async Task AskAndHangUpAsync(ChatRequests requests, string user)
    {
        using var patience = new CancellationTokenSource();
        var decision = requests.DecideAsync(Peer(user), patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decision).DefaultTimeout();
    }

    private IEnumerable<string> Asked() => _store.Messages.ListAsked().Order();

    private static PeerCaller Peer(string user) => new(user, $"key of {user}");

    private ChatState? State(string user) => _store.Messages.FindChat(user)?.State;
}
