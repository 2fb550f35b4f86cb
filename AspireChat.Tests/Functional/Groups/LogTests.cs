using System.Globalization;
using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>Groups whose members all read one log, at RabbitMQ or at Redis.</summary>
public sealed class LogTests(SharedRabbitMq broker)
{
    private static readonly (string, string)[] ShortLease = [("Chat:Groups:Lease", "00:00:02")];

    /// <summary>The modes with a log.</summary>
    public static TheoryData<string> Modes => [.. GroupMode.All.Where(mode => mode.HasLog).Select(mode => mode.Word)];

    [Theory]
    [InlineData("stream", false)]
    [InlineData("stream", true)]
    [InlineData("redis-stream", false)]
    [InlineData("redis-stream", true)]
    public async Task A_returning_member_receives_everything_said_meanwhile(string mode, bool isKilled)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", ShortLease);
        var bob = await system.StartProgramAsync("bob", ShortLease);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "before");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before"]);

        await (isKilled ? bob.KillAsync() : bob.TerminateAsync());
        await alice.Api.UntilMembersAsync("chess", 1);
        string[] meanwhile = [.. Enumerable.Range(0, 150).Select(i => $"{i}")];
        await alice.Api.SayAsync("chess", meanwhile);

        await bob.RestartAsync();
        Assert.Equal(["before"], await bob.Api.TextsAsync("chess"));
        await using var atBob = await bob.WatchAsync();
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before", .. meanwhile]);
        await alice.Api.SayAsync("chess", "after");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before", .. meanwhile, "after"]);
        await atBob.UntilToldAsync("chess", "alice", [.. meanwhile, "after"]);
        Assert.All(await bob.Api.GroupMessagesAsync("chess"), message => Assert.Equal(0, message.Missing));
        Assert.DoesNotContain(atBob.Seen<GroupChange>(), change => change.What == "log-lost");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_new_member_begins_at_the_end_or_at_the_beginning_as_it_likes(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol", "dora"]);
        var (alice, bob, carol, dora) = (system.Clients[0].Api, system.Clients[1].Api, system.Clients[2].Api, system.Clients[3].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));

        // A log without an entry.
        await bob.JoinGroupAsync("chess");
        string[] early = [.. Enumerable.Range(0, 200).Select(i => $"early {i}")];
        await alice.SayAsync("chess", early);
        await bob.UntilTextsAsync("bob", "chess", "alice", early);

        await carol.JoinGroupAsync("chess");
        Assert.Equal(mode, (await dora.JoinGroupAsync("chess", fromBeginning: true)).Mode.Word);
        await dora.UntilTextsAsync("dora", "chess", "alice", early);
        await alice.SayAsync("chess", "late");
        await bob.SayAsync("chess", "late, too");
        await dora.UntilTextsAsync("dora", "chess", "alice", [.. early, "late"]);
        await carol.UntilTextsAsync("carol", "chess", "alice", ["late"]);
        foreach (var api in (ChatApi[])[alice, carol, dora])
        {
            await api.UntilTextsAsync("each", "chess", "bob", ["late, too"]);
        }

        Assert.All(await carol.GroupMessagesAsync("chess"), message => Assert.Equal(0, message.Missing));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_member_who_read_nothing_before_it_left_misses_nothing(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await alice.SayAsync("chess", "early");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[0].State == MessageState.Confirmed);
        await bob.JoinGroupAsync("chess");
        await bob.LeaveGroupAsync("chess");
        await alice.SayAsync("chess", "one", "two");
        await bob.JoinGroupAsync("chess");
        await bob.UntilTextsAsync("bob", "chess", null, ["one", "two"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task The_last_subscriber_deletes_the_log_and_a_later_group_shows_nobody_what_was_there(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.JoinGroupAsync("chess");
        await alice.SayAsync("chess", "secret");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["secret"]);

        await alice.UnsubscribeAsync("chess");
        Assert.Single(await LogsAsync(system));
        await bob.UnsubscribeAsync("chess");
        Assert.Empty(await LogsAsync(system));

        await using var carol = await InProcessClient.StartAsync("carol", system.Redis.ConnectionString, system.Rabbit);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await carol.Api.JoinGroupAsync("chess", fromBeginning: true);
        await alice.SayAsync("chess", "new");
        await carol.Api.UntilTextsAsync("carol", "chess", null, ["new"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_log_that_was_made_anew_is_read_from_its_beginning_and_that_is_said(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.JoinGroupAsync("chess");
        await alice.SayAsync("chess", "one", "two", "three");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["one", "two", "three"]);
        await bob.LeaveGroupAsync("chess");

        // Somebody deletes it, and what alice says next makes it anew, with fewer entries than bob had read.
        await using var atBob = await system.Clients[1].WatchAsync();
        await DeleteLogAsync(system);
        await alice.SayAsync("chess", "four");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[^1].State == MessageState.Confirmed);
        await bob.JoinGroupAsync("chess");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["one", "two", "three", "four"]);
        Assert.Contains("was lost", (await atBob.NextAsync<GroupChange>("the loss is said", change => change.What == "log-lost")).Detail, StringComparison.Ordinal);
        await alice.SayAsync("chess", "five");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["one", "two", "three", "four", "five"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Messages_that_nobody_can_vouch_for_are_counted_and_hold_up_nobody(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(
            broker, ["alice", "bob"], ("Chat:NameServer:Lease", "00:00:02"), ("Chat:NameServer:RenewEvery", "00:00:00.5"));
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await using (var zoe = await InProcessClient.StartAsync("zoe", system.Redis.ConnectionString, system.Rabbit))
        {
            await zoe.Api.JoinGroupAsync("chess");
            await zoe.Api.SayAsync("chess", "from zoe 1", "from zoe 2");
            await alice.UntilTextsAsync("alice", "chess", "zoe", ["from zoe 1", "from zoe 2"]);
        }

        // Her claim expires a month later.
        await system.Redis.ExecuteAsync("DEL", "chat:claim:zoe");
        await alice.SayAsync("chess", "from alice");

        await using var atBob = await system.Clients[1].WatchAsync();
        await bob.JoinGroupAsync("chess", fromBeginning: true);
        await bob.UntilTextsAsync("bob", "chess", null, ["from alice"]);
        await Until.Equal("what is not shown is counted", 2L, async () => (await bob.FindGroupAsync("chess"))?.Unvouched ?? 0);
        await atBob.NextAsync<GroupChange>("that is said", change => change.What == "unvouched");
        Assert.Equal(0, (await alice.FindGroupAsync("chess"))!.Unvouched);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_log_is_bounded_and_who_was_away_for_longer_is_told_how_many_are_missing(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(
            broker, ["alice", "bob"], ("Chat:Groups:MaxLogBytes", "1048576"), ("Chat:Groups:MaxRedisLogBytes", "1048576"));
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.JoinGroupAsync("chess");
        await alice.SayAsync("chess", "before");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["before"]);
        await bob.LeaveGroupAsync("chess");

        var filling = new string('x', 16_000);
        for (var i = 0; i < 250; i++)
        {
            await alice.SendToGroupAsync("chess", $"{i} {filling}");
        }

        await Until.True("all is sent", async () => (await alice.GroupMessagesAsync("chess")).All(m => m.State == MessageState.Confirmed));
        await using var atBob = await system.Clients[1].WatchAsync();
        await bob.JoinGroupAsync("chess");
        await Until.True("bob has the last one", async () => (await bob.GroupMessagesAsync("chess"))[^1].Text.StartsWith("249 ", StringComparison.Ordinal));
        List<Message> got = [.. (await bob.GroupMessagesAsync("chess")).Skip(1)];
        Assert.InRange(got.Count, 10, 150);
        Assert.Equal(250 - got.Count, got[0].Missing);
        Assert.Equal(Enumerable.Range(250 - got.Count, got.Count), got.Select(message => int.Parse(message.Text.Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.All(got.Skip(1), message => Assert.Equal(0, message.Missing));
        await atBob.NextAsync<GroupChange>("that is said", change => change.What == "log-lost");
    }

    [Fact]
    public async Task A_log_of_Redis_that_is_no_log_is_a_reason_that_is_shown_until_it_is_mended()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"], ("Chat:Groups:JoinTimeout", "00:00:05"));
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.RedisStream);
        await alice.SayAsync("chess", "one");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[0].State == MessageState.Confirmed);
        var log = Assert.Single(await LogsAsync(system));
        await system.Redis.ExecuteAsync("SET", log, "forged");

        await alice.SayAsync("chess", "two");
        await Until.True("the reason is shown", async () =>
            (await alice.GroupMessagesAsync("chess"))[1].Reason?.StartsWith("Redis refuses what is sent to chess: WRONGTYPE", StringComparison.Ordinal) ?? false);
        var refusal = await ChatApi.RefusalAsync(() => bob.JoinGroupAsync("chess"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Redis refuses to read the log of chess: WRONGTYPE Operation against a key holding the wrong kind of value."), (refusal.Status, refusal.Message));

        await system.Redis.ExecuteAsync("DEL", log);
        await bob.JoinGroupAsync("chess");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["two"]);
        await Until.True("there is no reason any more", async () => (await alice.GroupMessagesAsync("chess"))[1].Reason is null);
    }

    [Fact]
    public async Task Only_a_log_is_read_from_its_beginning()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0].Api;
        var refusal = await ChatApi.RefusalAsync(() => alice.JoinGroupAsync("tea", GroupMode.Durable, fromBeginning: true));
        Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
        Assert.Equal(
            "The group tea is durable and keeps nothing for new members; only these can be read from the beginning: stream, redis-stream.",
            refusal.Message);
        Assert.Null(await alice.FindGroupAsync("tea"));
    }

    [Fact]
    public async Task After_Redis_lost_a_group_who_unsubscribes_leaves_its_log_to_those_who_are_away()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"], ShortLease);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Stream);
        await bob.JoinGroupAsync("chess");
        await bob.LeaveGroupAsync("chess");
        await alice.SayAsync("chess", "for bob");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[0].State == MessageState.Confirmed);

        // Redis knows nothing of bob's subscription any more.
        await system.Redis.ExecuteAsync("FLUSHALL");
        await Until.True("alice has restored the group", async () => (int)await system.Redis.ExecuteAsync("EXISTS", "chat:group:chess") == 1);
        await alice.UnsubscribeAsync("chess");
        Assert.Single(await LogsAsync(system));
        await bob.JoinGroupAsync("chess");
        await bob.UntilTextsAsync("bob", "chess", "alice", ["for bob"]);
    }

    [Fact]
    public async Task After_Redis_lost_a_group_that_a_newcomer_made_anew_both_logs_are_read()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "carol"], ("Chat:Groups:Lease", "00:00:15"));
        var (alice, carol) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Stream);
        await alice.SayAsync("chess", "before");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[0].State == MessageState.Confirmed);

        await system.Redis.ExecuteAsync("FLUSHALL");
        await carol.JoinGroupAsync("chess", GroupMode.Stream);
        await carol.SayAsync("chess", "to the new log");
        await alice.SayAsync("chess", "to the old log");
        await alice.UntilTextsAsync("alice", "chess", "carol", ["to the new log"]);
        await Until.True("carol reads the old log", async () => (await carol.TextsAsync("chess", "alice")).Contains("to the old log"));
        await alice.SayAsync("chess", "together again");
        await Until.True("carol reads on", async () => (await carol.TextsAsync("chess", "alice")).Last() == "together again");
    }

    private static async Task<IReadOnlyList<string>> LogsAsync(InProcessSystem system) =>
    [
        .. (await system.QueuesAsync()).Where(queue => queue.StartsWith("chat.log.", StringComparison.Ordinal)),
        .. ((string[]?)await system.Redis.ExecuteAsync("KEYS", "chat:log:*"))!,
    ];

    private static async Task DeleteLogAsync(InProcessSystem system)
    {
        var log = Assert.Single(await LogsAsync(system));
        await (log.Contains(':', StringComparison.Ordinal)
            ? system.Redis.ExecuteAsync("DEL", log)
            : (await system.Broker.ServerAsync()).DeleteQueueAsync(system.Rabbit, log));
    }
}
