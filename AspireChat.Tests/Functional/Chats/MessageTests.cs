using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

public sealed class MessageTests
{
    [Fact]
    public async Task Messages_go_both_ways_and_their_states_are_reported_live()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var atAlice = await alice.WatchAsync();
        await using var atBob = await bob.WatchAsync();

        var sent = await alice.Api.SendAsync("bob", "hello bob");
        Assert.Equal(MessageState.Sending, sent.State);
        var arrived = await atBob.NextAsync<Message>();
        Assert.Equal((sent.Id, "alice", "hello bob"), (arrived.Id, arrived.From, arrived.Text));
        Assert.Equal("bob", arrived.To.User);
        Assert.Equal(MessageState.Delivered, await StateAsync(sent.Id));
        Assert.Equal(1, (await bob.Api.FindChatAsync("alice"))?.Unread);

        await bob.Api.MarkReadAsync("alice");
        Assert.Equal(MessageState.Read, await StateAsync(sent.Id));
        Assert.Equal(0, (await bob.Api.FindChatAsync("alice"))?.Unread);

        var answer = await bob.Api.SendAsync("alice", "hello alice");
        await Until.Equal("bob's answer is delivered", MessageState.Delivered, async () => (await bob.Api.MessagesAsync("alice"))[^1].State);

        // Both users have the same conversation, each from their own point of view.
        var mine = await alice.Api.MessagesAsync("bob");
        var theirs = await bob.Api.MessagesAsync("alice");
        Assert.Equal([sent.Id, answer.Id], mine.Select(m => m.Id));
        Assert.Equal([new Destination("bob", null), new Destination("alice", null)], mine.Select(m => m.To));
        Assert.Equal(mine.Select(m => (m.Id, m.From, m.To, m.Text, m.SentAt)), theirs.Select(m => (m.Id, m.From, m.To, m.Text, m.SentAt)));

        // Alice saw exactly these states, each once.
        Assert.Equal([MessageState.Delivered, MessageState.Read], atAlice.Seen<StateChange>().Where(IsStateOf(sent.Id)).Select(change => change.State));
        Assert.Single(atBob.Seen<Message>(), message => message.Id == sent.Id);

        async Task<MessageState> StateAsync(Guid id) =>
            (await atAlice.NextAsync($"a state of {id}", IsStateOf(id))).State;
    }

    [Fact]
    public async Task A_returning_sender_learns_what_was_read_meanwhile()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.SendAsync("bob", "one");
        await Until.Equal("the message is delivered", MessageState.Delivered, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
        await alice.StopAsync();
        await bob.Api.MarkReadAsync("alice");

        await alice.RestartAsync();
        await alice.Api.OpenChatAsync("bob");
        await Until.Equal("the message is read", MessageState.Read, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
    }

    [Fact]
    public async Task A_message_to_an_absent_user_fails_and_a_later_one_arrives()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await bob.StopAsync();
        await using var events = await alice.WatchAsync();

        var lost = await alice.Api.SendAsync("bob", "too late");
        var failed = await events.NextAsync("the message fails", IsStateOf(lost.Id));
        Assert.Equal(MessageState.Failed, failed.State);
        Assert.Contains("bob is away", failed.Reason, StringComparison.Ordinal);
        var message = Assert.Single(await alice.Api.MessagesAsync("bob"));
        Assert.Equal((MessageState.Failed, failed.Reason), (message.State, message.Reason));

        await bob.RestartAsync();
        await alice.Api.SendAsync("bob", "in time");
        await Until.Sequence(
            "only the second message arrives", ["in time"], async () => (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
        await Until.Sequence(
            "the first message has failed and the second is delivered",
            [MessageState.Failed, MessageState.Delivered], async () => (await alice.Api.MessagesAsync("bob")).Select(m => m.State));
    }

    [Fact]
    public async Task A_peer_that_stops_after_a_long_chat_gets_time_to_restart()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob");
        var alice = await system.StartProgramAsync("alice", ("Chat:Peer:AwayAfter", "00:00:03"));
        await alice.Api.OpenChatAsync("bob");
        var opened = TimeProvider.System.GetTimestamp();
        await Until.True("the chat has lasted four seconds", () => TimeProvider.System.GetElapsedTime(opened) > TimeSpan.FromSeconds(4));
        await using var events = await alice.WatchAsync();

        // Bob stops in the middle of a flood, so that a write finds the stream closed.
        var left = TimeProvider.System.GetTimestamp();
        var leaving = bob.TerminateAsync();
        while (!leaving.IsCompleted)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => alice.Api.SendAsync("bob", $"{i}")));
        }

        Assert.Equal(0, await leaving);
        await events.NextAsync<StateChange>("a message fails", change => change.State == MessageState.Failed);
        Assert.True(TimeProvider.System.GetElapsedTime(left) > TimeSpan.FromSeconds(2.5), "Alice's messages to bob failed at once.");
    }

    [Fact]
    public async Task Any_text_arrives_as_it_was_sent()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        string[] texts =
        [
            "x", "exit", "/back", " ", "\0", "a\r\nb", "\u001b[2J", "\u202eevil", "<script>alert(1)</script>", "👩‍👩‍👧‍👦 žluťoučký",
            "e" + new string('\u0301', 5_000), new string('x', 16_384), new string('é', 8_192),
        ];
        foreach (var text in texts)
        {
            await alice.Api.SendAsync("bob", text);
        }

        await Until.Sequence("all messages have arrived", texts, async () => (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
        var tooLong = await ChatApi.RefusalAsync(() => alice.Api.SendAsync("bob", new string('x', 17 * 1024)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.Status);
    }

    [Fact]
    public async Task A_conversation_is_read_page_by_page_backwards()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        var texts = Enumerable.Range(0, 250).Select(i => $"{i}").ToList();
        foreach (var text in texts)
        {
            await alice.Api.SendAsync("bob", text);
        }

        await Until.Equal("all messages have arrived", 250, async () => (await bob.Api.MessagesAsync("alice")).Count);
        var newest = await bob.Api.MessagesAsync("alice", limit: 100);
        Assert.Equal(texts[150..], newest.Select(m => m.Text));
        var middle = await bob.Api.MessagesAsync("alice", limit: 100, before: newest[0].Id);
        Assert.Equal(texts[50..150], middle.Select(m => m.Text));
        var oldest = await bob.Api.MessagesAsync("alice", limit: 100, before: middle[0].Id);
        Assert.Equal(texts[..50], oldest.Select(m => m.Text));
        Assert.Empty(await bob.Api.MessagesAsync("alice", limit: 100, before: oldest[0].Id));
    }

    [Fact]
    public async Task Chats_stay_complete_and_in_order_when_friends_write_at_once()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob");
        var friends = await system.StartClientsAsync("f0", "f1", "f2");
        await Task.WhenAll(friends.Select(async friend =>
        {
            for (var i = 0; i < 100; i++)
            {
                await friend.Api.SendAsync("bob", $"{friend.Name} {i}");
                await bob.Api.SendAsync(friend.Name, $"bob {i}");
            }
        }));

        foreach (var friend in friends)
        {
            var (mine, theirs) = ($"{friend.Name} ", "bob ");
            await Until.Sequence(
                $"bob has all messages of {friend.Name}",
                Enumerable.Range(0, 100).Select(i => $"{mine}{i}"),
                async () => Texts(await bob.Api.MessagesAsync(friend.Name), friend.Name));
            await Until.Sequence(
                $"{friend.Name} has all messages of bob",
                Enumerable.Range(0, 100).Select(i => $"{theirs}{i}"),
                async () => Texts(await friend.Api.MessagesAsync("bob"), "bob"));
        }
    }

    private static IEnumerable<string> Texts(IEnumerable<Message> messages, string from) =>
        messages.Where(message => message.From == from).Select(message => message.Text);

    private static Func<StateChange, bool> IsStateOf(Guid id) => change => change.Id == id;
}
