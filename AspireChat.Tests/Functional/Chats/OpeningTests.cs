using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

public sealed class OpeningTests
{
    [Fact]
    public async Task A_chat_opens_on_both_sides()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var events = await bob.WatchAsync();

        Assert.Equal(new ChatSummary("bob", ChatState.Open, 0, null), await alice.Api.OpenChatAsync("bob"));

        Assert.Equal("alice", (await events.NextAsync<ChatChange>()).User);
        Assert.Equal([new ChatSummary("bob", ChatState.Open, 0, null)], await alice.Api.ChatsAsync());
        Assert.Equal([new ChatSummary("alice", ChatState.Open, 0, null)], await bob.Api.ChatsAsync());

        // Again is no harm, from either side.
        Assert.Equal(ChatState.Open, (await alice.Api.OpenChatAsync("BOB")).State);
        Assert.Equal(ChatState.Open, (await bob.Api.OpenChatAsync("alice")).State);
    }

    [Fact]
    public async Task Nobody_and_oneself_cannot_be_chatted_with()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");

        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("nobody"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => alice.Api.SendAsync("nobody", "hello"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("alice"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await ChatApi.RefusalAsync(() => alice.Api.SendAsync("Alice", "hello"))).Status);
        Assert.Empty(await alice.Api.ChatsAsync());
    }

    [Fact]
    public async Task Whoever_is_away_does_not_answer()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        Assert.Equal(0, await bob.TerminateAsync());

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"));
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);
        Assert.Contains("bob is away", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_frozen_does_not_answer_in_time()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob");
        var alice = await system.StartClientAsync("alice", ("Chat:OpenTimeout", "00:00:03"));
        bob.Pause();

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);
        Assert.Contains("3 seconds", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_wants_to_be_asked_accepts_or_declines(bool accept)
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"));
        var alice = await system.StartClientAsync("alice");
        await using var events = await bob.WatchAsync();

        var opening = alice.Api.OpenChatAsync("bob");
        Assert.Equal(new ChatChange("alice", ChatState.Asked), await events.NextAsync<ChatChange>());
        Assert.Equal(ChatState.Asked, (await bob.Api.FindChatAsync("alice"))?.State);
        Assert.False(opening.IsCompleted);

        if (accept)
        {
            await bob.Api.AcceptChatAsync("alice");
            Assert.Equal(ChatState.Open, (await opening.DefaultTimeout()).State);
            Assert.Equal(ChatState.Open, (await bob.Api.FindChatAsync("alice"))?.State);
        }
        else
        {
            await bob.Api.DeclineChatAsync("alice");
            var refusal = await ChatApi.RefusalAsync(() => opening).DefaultTimeout();
            Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
            Assert.Contains("declined", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(ChatState.Declined, (await bob.Api.FindChatAsync("alice"))?.State);
            Assert.Equal(ChatState.Declined, (await alice.Api.FindChatAsync("bob"))?.State);
        }
    }

    [Fact]
    public async Task Whoever_is_asked_and_says_nothing_does_not_answer_in_time()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"));
        var alice = await system.StartClientAsync("alice", ("Chat:OpenTimeout", "00:00:02"));

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);

        // The answer is kept: the next try finds the chat open.
        Assert.Equal(ChatState.Asked, (await bob.Api.FindChatAsync("alice"))?.State);
        await bob.Api.AcceptChatAsync("alice");
        Assert.Equal(ChatState.Open, (await alice.Api.OpenChatAsync("bob")).State);
    }

    [Fact]
    public async Task Only_who_has_asked_can_be_accepted_or_declined()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);

        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => bob.Api.AcceptChatAsync("alice"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => bob.Api.DeclineChatAsync("alice"))).Status);
        await alice.Api.OpenChatAsync("bob");
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => bob.Api.AcceptChatAsync("alice"))).Status);
    }

    [Fact]
    public async Task The_first_message_opens_the_chat()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);

        await alice.Api.SendAsync("bob", "hello");
        await Until.Equal("bob has alice's chat open", ChatState.Open, async () => (await bob.Api.FindChatAsync("alice"))?.State);
        await Until.Equal("alice has bob's chat open", ChatState.Open, async () => (await alice.Api.FindChatAsync("bob"))?.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_to_whoever_wants_to_be_asked_waits_for_the_answer(bool accept)
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"));
        var alice = await system.StartClientAsync("alice");
        await alice.Api.SendAsync("bob", "may I?");
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await bob.Api.FindChatAsync("alice"))?.State);
        Assert.Empty(await bob.Api.MessagesAsync("alice"));
        Assert.Equal(MessageState.Sending, Assert.Single(await alice.Api.MessagesAsync("bob")).State);

        if (accept)
        {
            await bob.Api.AcceptChatAsync("alice");
            await Until.Sequence("bob has the message", ["may I?"], async () => (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
            await Until.Equal("alice knows", MessageState.Delivered, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
        }
        else
        {
            await bob.Api.DeclineChatAsync("alice");
            await Until.Equal("alice knows", MessageState.Failed, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
            Assert.Contains("declined", (await alice.Api.MessagesAsync("bob"))[0].Reason, StringComparison.Ordinal);
            Assert.Empty(await bob.Api.MessagesAsync("alice"));
        }
    }
}
