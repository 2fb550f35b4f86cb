using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>Private messages while clients and servers are killed: each one arrives, once, in order.</summary>
[Trait("Category", "Long")]
public sealed class MailboxFaultTests(SharedRabbitMq broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_sender_killed_with_messages_everywhere_loses_none_and_doubles_none()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        var said = new List<string>();

        // In the stream: bob is there.
        await SayAsync(300);
        await alice.KillAsync();
        await alice.RestartAsync();

        // In the outbox: bob does not answer, and is not known to be away.
        bob.Pause();
        await SayAsync(300);
        await alice.KillAsync();
        await bob.KillAsync();
        await alice.RestartAsync();

        // In the mailbox: a part of it is confirmed.
        await SayAsync(300);
        await Until.True(
            "some are stored",
            async () => (await alice.Api.MessagesAsync("bob")).Any(message => message.State == MessageState.Stored), Patience);
        await alice.KillAsync();
        await alice.RestartAsync();
        await bob.RestartAsync();

        await bob.HasOnceAsync("alice", said);
        await alice.UntilTrueAsync("bob", "all are delivered", message => message.State == MessageState.Delivered, said.Count);

        async Task SayAsync(int count)
        {
            foreach (var _ in Enumerable.Range(0, count))
            {
                said.Add($"number {said.Count}");
                await alice.Api.SendAsync("bob", said[^1]);
            }
        }
    }

    [Fact]
    public async Task A_receiver_killed_twice_in_the_middle_of_five_thousand_has_each_once()
    {
        const int count = 5_000;
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));
        await bob.TerminateAsync();
        var alice = await system.StartProgramAsync("alice");
        var texts = Enumerable.Range(0, count).Select(number => $"number {number}").ToList();
        foreach (var text in texts)
        {
            await alice.Api.SendAsync("bob", text);
        }

        await alice.UntilTrueAsync("bob", "all are stored", message => message.State == MessageState.Stored, count);
        await alice.TerminateAsync();
        foreach (var through in (int[])[count / 4, count / 2])
        {
            await bob.RelaunchAsync();
            await Until.True($"bob has {through}", () => Stored(bob) >= through, Patience);
            await bob.KillAsync();
            Assert.Equal("ok", bob.QuerySql("PRAGMA integrity_check"));
        }

        await bob.RestartAsync();
        await bob.HasOnceAsync("alice", texts);
        await otlp.CatchUpAsync(bob);
        var doubles = otlp.Metric("bob", "aspirechat.messages.redelivered", "user")?.Value ?? 0;
        TestContext.Current.TestOutputHelper?.WriteLine($"The last process dropped {doubles} doubles of {count} messages.");

        // Alice gets the receipts that bob left, or those of the stream.
        await alice.RestartAsync();
        await alice.UntilTrueAsync("bob", "all are delivered", message => message.State == MessageState.Delivered, count);
        await bob.HasOnceAsync("alice", texts);
    }

    [Fact]
    public async Task A_broker_killed_while_mailboxes_are_filled_and_emptied_loses_nothing()
    {
        const int count = 1_500;
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.SayAsync("bob", "before");
        await bob.TerminateAsync();
        await using var events = await alice.WatchAsync();

        var texts = Enumerable.Range(0, count).Select(number => $"number {number}").ToList();
        var saying = Task.Run(async () =>
        {
            foreach (var text in texts)
            {
                await alice.Api.SendAsync("bob", text);
            }
        });
        await events.NextAsync<StateChange>("the first is stored", change => change.State == MessageState.Stored, Patience);
        await own.KillAsync();
        await saying;
        await own.RestartAsync();
        await alice.UntilTrueAsync(
            "bob", "all are stored", message => message.State is MessageState.Stored or MessageState.Delivered, count + 1);
        await alice.TerminateAsync();

        await bob.RelaunchAsync();
        await Until.True("bob has a part", () => Stored(bob) > count / 4, Patience);
        await own.KillAsync();
        await own.RestartAsync();
        await bob.HasOnceAsync("alice", ["before", .. texts]);
        await alice.RestartAsync();
        await alice.UntilTrueAsync("bob", "all are delivered", message => message.State == MessageState.Delivered, count + 1);
        await bob.HasOnceAsync("alice", ["before", .. texts]);
    }

    [Fact]
    public async Task A_name_server_killed_and_emptied_in_between_loses_nothing()
    {
        await using var away = await Away.StartAsync(broker, "alice", "one");
        await away.System.Redis.KillAsync();
        await away.Alice.Api.SendAsync("bob", "two");
        await away.Alice.KillAsync();
        await away.System.Redis.RestartAsync(keepData: false);

        await away.Alice.RestartAsync();
        await away.Alice.Api.SendAsync("bob", "three");
        await away.Alice.UntilStatesAsync("bob", Enumerable.Repeat(MessageState.Stored, 3));
        await away.Bob.RestartAsync();
        await away.Bob.HasOnceAsync("alice", "one", "two", "three");
        await away.Alice.UntilStatesAsync("bob", Enumerable.Repeat(MessageState.Delivered, 3));
    }

    [Fact]
    public async Task A_friend_whose_claim_is_over_still_has_a_mailbox()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        (string, string)[] brief =
        [
            ("Chat:NameServer:Lease", "00:00:02"), ("Chat:NameServer:RenewEvery", "00:00:00.5"), ("Chat:NameServer:ClaimFor", "00:00:02"),
        ];
        var alice = await system.StartProgramAsync("alice");
        var bob = await system.StartProgramAsync("bob", brief);
        await alice.SayAsync("bob", "before");
        await bob.TerminateAsync();
        await Until.True(
            "bob's claim is over", async () => (await system.Redis.ExecuteAsync("EXISTS", "chat:claim:bob")).ToString() == "0", Patience);

        await alice.Api.SendAsync("bob", "while you were unknown");
        await alice.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Stored);
        await bob.RestartAsync();
        await bob.HasOnceAsync("alice", "before", "while you were unknown");
        await alice.UntilStatesAsync("bob", MessageState.Delivered, MessageState.Delivered);
    }

    [Fact]
    public async Task A_full_mailbox_is_said_and_holds_up_what_follows()
    {
        await using var away = await Away.StartAsync(broker, "alice", "fits");
        await using var queue = await away.MailboxAsync();
        var block = new byte[4 * 1024 * 1024];
        Assert.NotNull(await Record.ExceptionAsync(async () =>
        {
            for (var filled = 0L; filled <= 2 * 256 * 1024 * 1024; filled += block.Length)
            {
                await queue.PutAsync(block);
            }
        }));

        await using var events = await away.Alice.WatchAsync();
        var first = await away.Alice.Api.SendAsync("bob", "waits");
        await away.Alice.Api.SendAsync("bob", "waits behind it");
        var waits = await events.NextAsync<StateChange>("the reason is given", change => change.Id == first.Id, Patience);
        Assert.Equal(
            (MessageState.Sending, "bob's mailbox is full; this waits until bob's client has taken letters out, or is back."),
            (waits.State, waits.Reason));
        await away.Alice.UntilStatesAsync("bob", MessageState.Stored, MessageState.Sending, MessageState.Sending);

        // There is room again.
        await queue.RemoveAsync(body => body.Length == block.Length);
        await away.Alice.UntilStatesAsync("bob", Enumerable.Repeat(MessageState.Stored, 3));
        Assert.All(await away.Alice.Api.MessagesAsync("bob"), message => Assert.Null(message.Reason));
        await away.Bob.RestartAsync();
        await away.Bob.HasOnceAsync("alice", "fits", "waits", "waits behind it");
    }

    [Fact]
    public async Task Kills_at_any_moment_corrupt_nothing_and_never_show_as_delivered_what_is_not_there()
    {
        const int kills = 12;
        var random = new Random(20261126);
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());

        // Short leases: who stays away for two seconds is written to by letter.
        (string, string)[] brief = [("Chat:NameServer:Lease", "00:00:01.5"), ("Chat:NameServer:RenewEvery", "00:00:00.5")];
        var alice = await system.StartProgramAsync("alice", brief);
        var bob = await system.StartProgramAsync("bob", brief);
        var (stored, waits) = (0, false);
        var said = new List<string>();
        (Guid Id, string Text)? pending = null;
        for (var kill = 0; kill < kills; kill++)
        {
            using var end = new CancellationTokenSource();
            var saying = SayAsync(end.Token);

            // The seed decides on the moment.
            var through = said.Count + random.Next(1, 200);
            await Until.True($"{through} are said", () => said.Count >= through, Patience);
            var victim = random.Next(2) == 0 ? alice : bob;
            await victim.KillAsync();
            await end.CancelAsync();
            await saying;

            Assert.Equal("ok", victim.QuerySql("PRAGMA integrity_check"));
            var delivered = Ids(alice, $"sender = 0 AND (seq <= {DeliveredThrough} OR state = {(int)MessageState.Delivered})");
            Assert.Empty(delivered.Except(Ids(bob, "sender <> 0")));
            if (victim == bob && (waits = !waits))
            {
                await Until.True(
                    "a letter is left", () => Ids(alice, $"sender = 0 AND state = {(int)MessageState.Stored} AND seq > {DeliveredThrough}") is { Count: > 0 } left && (stored += left.Count) > 0, Patience);
            }

            await victim.RelaunchAsync();
            await alice.UntilAliveAsync();
        }

        await Task.WhenAll(alice.UntilReadyAsync(), bob.UntilReadyAsync());
        await SayOneAsync();
        await bob.HasOnceAsync("alice", said);
        await alice.UntilTrueAsync("bob", "all are delivered", message => message.State == MessageState.Delivered, said.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {said.Count} messages, {stored} of them were stored for a while.");

        async Task SayAsync(CancellationToken end)
        {
            try
            {
                while (!end.IsCancellationRequested)
                {
                    await SayOneAsync();
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Alice was killed: whether she has the message is not known, so it is repeated with its id.
            }
        }

        async Task SayOneAsync()
        {
            var (id, text) = pending ??= (Guid.CreateVersion7(), $"number {said.Count}");
            Assert.Equal(id, (await alice.Api.SendAsync("bob", text, id)).Id);
            said.Add(text);
            pending = null;
        }
    }

    private const string DeliveredThrough = "(SELECT delivered_through FROM conversations WHERE id = conversation)";

    // Asked of the file: a client that is busy with thousands of messages should not answer questions too.
    private static long Stored(ChatClientProcess client) => (long)client.QuerySql("SELECT count(*) FROM messages WHERE sender <> 0")!;

    private static HashSet<string> Ids(ChatClientProcess client, string which) =>
        [.. client.QueryAll($"SELECT hex(id) FROM messages WHERE {which}")];
}
