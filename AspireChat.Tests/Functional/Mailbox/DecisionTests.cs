using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>Letters that wait for somebody's decision, and those that must not be sealed or shown.</summary>
public sealed class DecisionTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_strangers_letter_is_a_request_where_chats_are_asked_for()
    {
        await using var away = await Away.StartAsync(broker, "alice", "may I?", ("Chat:AcceptChats", "ask"));
        await away.Alice.Api.SendAsync("bob", "please");
        await away.Alice.UntilStatesAsync("bob", MessageState.Stored, MessageState.Stored);
        await away.Alice.TerminateAsync();

        await away.Bob.RestartAsync();
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await away.Bob.Api.FindChatAsync("alice"))?.State);
        await Until.Equal("the letters that are held", 2L, () => Task.FromResult((long)away.Bob.QuerySql("SELECT count(*) FROM held")!));
        Assert.Empty(await away.Bob.Api.MessagesAsync("alice"));

        // The request outlives a crash. Alice learns of the answer though she was never there.
        await away.Bob.KillAsync();
        await away.Bob.RestartAsync();
        Assert.Empty(await away.Bob.Api.MessagesAsync("alice"));
        await away.Bob.Api.AcceptChatAsync("alice");
        await away.Bob.HasOnceAsync("alice", "may I?", "please");
        await away.Bob.TerminateAsync();
        await away.Alice.RestartAsync();
        await away.Alice.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Delivered);
    }

    [Fact]
    public async Task An_exit_right_after_the_answer_still_leaves_the_receipt()
    {
        await using var rabbit = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(rabbit.ConnectionString);
        using var folder = new TempFolder("bob");
        await (await StartBobAsync()).DisposeAsync();
        var alice = await system.StartProgramAsync("alice");
        await alice.Api.SendAsync("bob", "may I?");
        await alice.UntilStatesAsync("bob", MessageState.Stored);
        await alice.TerminateAsync();
        await using var bob = await StartBobAsync();
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await bob.Api.FindChatAsync("alice"))?.State);

        // The broker takes the receipt only when bob's client has begun to end.
        rabbit.Pause();
        await bob.Api.AcceptChatAsync("alice");
        await Until.True("bob has it", async () => (await bob.Api.MessagesAsync("alice")).Count == 1);
        var exit = bob.Services.GetRequiredService<LetterInbox>().StopAsync(CancellationToken.None);
        Assert.False(exit.IsCompleted);
        rabbit.Resume();
        await exit;

        // Bob is away when alice returns, so that no stream tells her.
        await bob.DisposeAsync();
        await alice.RestartAsync();
        await alice.UntilStatesAsync("bob", MessageState.Delivered);

        Task<InProcessClient> StartBobAsync() => InProcessClient.StartAsync(
            "bob", system.Redis.ConnectionString, rabbit.ConnectionString, ("Chat:AcceptChats", "ask"), ("Chat:DataDirectory", folder.FullName));
    }

    [Fact]
    public async Task A_declined_stranger_is_not_shown_and_may_ask_again()
    {
        await using var away = await Away.StartAsync(broker, "alice", "buy this", ("Chat:AcceptChats", "ask"));
        await away.Alice.TerminateAsync();
        await away.Bob.RestartAsync();
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await away.Bob.Api.FindChatAsync("alice"))?.State);
        await away.Bob.Api.DeclineChatAsync("alice");
        Assert.Equal(0L, away.Bob.QuerySql("SELECT count(*) FROM held"));

        await away.Bob.TerminateAsync();
        await away.Alice.RestartAsync();
        await away.Alice.Api.SendAsync("bob", "buy that");
        await away.Alice.UntilStatesAsync("bob", MessageState.Stored, MessageState.Stored);
        await away.Alice.TerminateAsync();
        await away.Bob.RestartAsync();
        await Until.Equal("bob is asked again", ChatState.Asked, async () => (await away.Bob.Api.FindChatAsync("alice"))?.State);
        Assert.Empty(await away.Bob.Api.MessagesAsync("alice"));

        // Opening the chat from this side releases what is held, too; what was declined comes from alice's outbox.
        await away.Alice.RestartAsync();
        await away.Bob.Api.OpenChatAsync("alice");
        await Until.True("bob has both", async () => (await away.Bob.Api.MessagesAsync("alice")).Select(message => message.Text).Order().SequenceEqual(["buy that", "buy this"]));
    }

    [Fact]
    public async Task A_strangers_letter_waits_for_the_name_server_without_holding_up_a_friend()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        var (alice, bob, carol) = (clients[0], clients[1], clients[2]);
        await carol.SayAsync("bob", "we know each other");
        await bob.TerminateAsync();
        await alice.Api.SendAsync("bob", "from a stranger");
        await alice.UntilStatesAsync("bob", MessageState.Stored);
        await carol.Api.SendAsync("bob", "from a friend");
        await carol.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Stored);
        var alicesKey = (await alice.Api.MeAsync()).Fingerprint;
        await alice.KillAsync();
        await carol.KillAsync();

        await system.Redis.KillAsync();
        await bob.RelaunchAsync();
        await bob.UntilAliveAsync();
        await bob.HasOnceAsync("carol", "we know each other", "from a friend");
        Assert.Empty(await bob.Api.MessagesAsync("alice"));

        // The server comes back empty: alice's claim is gone too, until she registers again, as it were.
        await system.Redis.RestartAsync(keepData: false);
        await bob.UntilReadyAsync();
        await system.Redis.ExecuteAsync("HSET", "chat:claim:alice", "fingerprint", alicesKey, "epoch", "1");
        await bob.HasOnceAsync("alice", "from a stranger");
    }

    [Fact]
    public async Task Another_key_under_the_name_gets_nothing_and_both_fingerprints_are_shown()
    {
        await using var away = await Away.StartAsync(broker, "alice", "for bob alone");
        await using var events = await away.Alice.WatchAsync();
        var bobsKey = await away.BobsKeyAsync();

        // The name server loses the name, and somebody else takes it.
        await away.System.Redis.ExecuteAsync("DEL", "chat:claim:bob");
        var other = await away.System.StartProgramAsync("bob");
        var otherKey = (await other.Api.MeAsync()).Fingerprint;

        var failed = await events.NextAsync<StateChange>("the message fails", change => change.State == MessageState.Failed, TimeSpan.FromSeconds(60));
        Assert.Contains(bobsKey, failed.Reason, StringComparison.Ordinal);
        Assert.Contains(otherKey, failed.Reason, StringComparison.Ordinal);
        Assert.Contains(events.Seen<ConnectionChange>(), change => change is { Connection: "peer:bob", State: "key-changed" });
        await away.Alice.Api.SendAsync("bob", "still for the first");
        await away.Alice.UntilStatesAsync("bob", MessageState.Failed, MessageState.Failed);
        await other.TerminateAsync();
        await away.Alice.Api.SendAsync("bob", "and this");
        await away.Alice.UntilStatesAsync("bob", MessageState.Failed, MessageState.Failed, MessageState.Failed);
        await using var others = await RawQueue.OpenAsync(away.System.Rabbit!, $"chat.mailbox.bob.{otherKey[..16]}");
        Assert.Equal(0u, await others.CountAsync());

        // Neither does the holder of the other key get in by calling first.
        await other.RestartAsync();
        await Until.True("alice's client refuses", async () => (await Record.ExceptionAsync(() => other.Api.OpenChatAsync("alice"))) is LocalApiException);
        await other.TerminateAsync();
        Assert.Equal(0L, away.Alice.QuerySql("SELECT count(*) FROM pins WHERE name = 'bob'"));

        // Alice accepts the other key: what she writes from now on is for its holder, and nothing older is.
        await away.Alice.Api.TrustAsync("bob", otherKey);
        await away.Alice.Api.SendAsync("bob", "nice to meet you");
        await away.Alice.UntilStatesAsync("bob", MessageState.Failed, MessageState.Failed, MessageState.Failed, MessageState.Stored);
        await other.RestartAsync();
        await other.HasOnceAsync("alice", "nice to meet you");
    }

    [Fact]
    public async Task What_is_stored_for_one_key_is_not_sent_to_the_next_that_is_trusted()
    {
        await using var away = await Away.StartAsync(broker, "alice", "for the old key");
        var trusted = new string('a', 64);

        await away.Alice.Api.TrustAsync("bob", trusted);
        var failed = Assert.Single(await away.Alice.Api.MessagesAsync("bob"));
        Assert.Equal(MessageState.Failed, failed.State);
        Assert.Equal(
            $"It was sealed to bob's former key {await away.BobsKeyAsync()}; you now trust {trusted}. Send it again if bob should have it.",
            failed.Reason);
    }

    [Fact]
    public async Task A_message_that_was_given_up_is_delivered_after_all_if_its_letter_arrives()
    {
        await using var away = await Away.StartAsync(broker, "alice", "hello");
        await away.Alice.KillAsync();
        await away.Bob.RestartAsync();
        await away.Bob.HasOnceAsync("alice", "hello");
        await away.Bob.TerminateAsync();

        // Alice's client gave it up meanwhile, for example because another key was shown; bob's receipt waits for her.
        away.Alice.ExecuteSql($"UPDATE messages SET state = {(int)MessageState.Failed}, reason = 'gone'");
        await away.Alice.RestartAsync();
        await away.Alice.UntilStatesAsync("bob", MessageState.Delivered);
        Assert.Null((await away.Alice.Api.MessagesAsync("bob"))[0].Reason);
    }

    [Fact]
    public async Task A_message_to_a_client_without_a_mailbox_fails_as_before()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartClientAsync("bob");
        await bob.StopAsync();
        await system.Redis.ExecuteAsync("HDEL", "chat:claim:bob", "key", "sealKey", "sealSignature");
        var alice = await system.StartClientAsync("alice", ("Chat:Peer:AwayAfter", "00:00:01"));
        await using var events = await alice.WatchAsync();

        await alice.Api.SendAsync("bob", "hello");
        var failed = await events.NextAsync<StateChange>();
        Assert.Equal(MessageState.Failed, failed.State);
        Assert.Equal("bob is away, and nobody has shown a mailbox of bob's; the delivery was not confirmed.", failed.Reason);
    }

    [Fact]
    public async Task A_forged_sealing_key_is_not_used()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartClientAsync("bob");
        await bob.StopAsync();
        using var mallory = new TestPeer("mallory");
        await system.Redis.ExecuteAsync(
            "HSET", "chat:claim:bob", "sealKey", Convert.ToBase64String(mallory.Peer.Identity.SealingKey.PublicKey),
            "sealSignature", Convert.ToBase64String(mallory.Peer.Identity.SealingKey.Signature));
        var alice = await system.StartClientAsync("alice", ("Chat:Peer:AwayAfter", "00:00:01"));
        await using var events = await alice.WatchAsync();

        await alice.Api.SendAsync("bob", "hello");
        Assert.Equal(MessageState.Failed, (await events.NextAsync<StateChange>()).State);
    }

    [Fact]
    public async Task Nobody_learns_of_reading_where_read_receipts_are_off()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartClientAsync("alice");
        var bob = await system.StartClientAsync("bob", ("Chat:ReadReceipts", "false"));
        await alice.SayAsync("bob", "by stream");
        await bob.Api.MarkReadAsync("alice");
        await bob.StopAsync();
        await alice.Api.SendAsync("bob", "by letter");
        await alice.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Stored);
        await alice.StopAsync();
        await bob.RestartAsync();
        await bob.HasOnceAsync("alice", "by stream", "by letter");
        await bob.Api.MarkReadAsync("alice");
        await alice.RestartAsync();
        await alice.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Delivered);

        // Whatever tells of reading comes before the receipt of a later message.
        await alice.SayAsync("bob", "later");
        Assert.Equal(Enumerable.Repeat(MessageState.Delivered, 3), await alice.StatesAsync("bob"));
    }
}
