using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

public sealed class OpeningTests
{
    [Fact]
    public async Task A_chat_opens_for_both_users()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var events = await bob.WatchAsync();

        Assert.Equal(new ChatSummary("bob", ChatState.Open, 0, null), await alice.Api.OpenChatAsync("bob"));

        Assert.Equal("alice", (await events.NextAsync<ChatChange>()).User);
        Assert.Equal([new ChatSummary("bob", ChatState.Open, 0, null)], await alice.Api.ChatsAsync());
        Assert.Equal([new ChatSummary("alice", ChatState.Open, 0, null)], await bob.Api.ChatsAsync());

        // Opening it again changes nothing, from either side.
        Assert.Equal(ChatState.Open, (await alice.Api.OpenChatAsync("BOB")).State);
        Assert.Equal(ChatState.Open, (await bob.Api.OpenChatAsync("alice")).State);
    }

    [Fact]
    public async Task A_chat_with_an_unknown_user_or_oneself_is_refused()
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
    public async Task A_chat_with_an_absent_user_is_refused()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        Assert.Equal(0, await bob.TerminateAsync());

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"));
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);
        Assert.Contains("bob is away", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_with_a_frozen_client_times_out()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob");
        var alice = await system.StartProgramAsync("alice", ("Chat:OpenTimeout", "00:00:03"));
        bob.Pause();

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);
        Assert.Contains("3 seconds", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_who_is_asked_accepts_or_declines(bool accept)
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
    public async Task A_chat_request_without_an_answer_times_out()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"));
        var alice = await system.StartClientAsync("alice", ("Chat:OpenTimeout", "00:00:02"));

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);

        // A later answer counts: the next try finds the chat open.
        Assert.Equal(ChatState.Asked, (await bob.Api.FindChatAsync("alice"))?.State);
        await bob.Api.AcceptChatAsync("alice");
        Assert.Equal(ChatState.Open, (await alice.Api.OpenChatAsync("bob")).State);
    }

    [Fact]
    public async Task Only_a_user_who_has_asked_can_be_accepted_or_declined()
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
    public async Task A_message_waits_until_the_receiver_answers_the_chat_request(bool accept)
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
            await Until.Equal(
                "alice's message is delivered", MessageState.Delivered, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
        }
        else
        {
            await bob.Api.DeclineChatAsync("alice");
            await Until.Equal(
                "alice's message has failed", MessageState.Failed, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
            Assert.Contains("declined", (await alice.Api.MessagesAsync("bob"))[0].Reason, StringComparison.Ordinal);
            Assert.Empty(await bob.Api.MessagesAsync("alice"));
        }
    }
}
