using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>A peer that overheard signed batches publishes them once more.</summary>
public sealed class ReplayTests(SharedRabbitMq broker)
{
    private static readonly string[] Old = [.. Enumerable.Range(0, 10).Select(i => $"old {i}")];

    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task A_replay_shows_a_newcomer_no_earlier_messages(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        var replay = await SayOldTextsAsync(system, mallory, alice);

        await bob.Api.JoinGroupAsync("chess");
        await using var atBob = await bob.WatchAsync();
        await ReplayAsync(mallory, replay);
        await alice.Api.SayAsync("chess", "new");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["new"]);
        await atBob.UntilToldAsync("chess", "alice", ["new"]);
    }

    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task A_replay_shows_no_messages_of_an_earlier_group(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        var replay = await SayOldTextsAsync(system, mallory, alice);
        await alice.Api.UnsubscribeAsync("chess");

        await bob.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await alice.Api.JoinGroupAsync("chess");
        await using var atBob = await bob.WatchAsync();
        await ReplayAsync(mallory, replay);
        await alice.Api.SayAsync("chess", "new");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["new"]);
        await atBob.UntilToldAsync("chess", "alice", ["new"]);
    }

    [Fact]
    public async Task A_replay_shows_a_newcomer_nothing_old_after_Redis_lost_its_data()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob, carol) = (system.Clients[0], system.Clients[1], system.Clients[2]);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        var replay = await SayOldTextsAsync(system, mallory, alice);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await alice.Api.LeaveGroupAsync("chess");

        // Alice is away, but bob in the room knows her last number.
        string[] claims = ["chat:claim:alice", "chat:claim:bob", "chat:claim:carol"];
        var spoken = await system.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs");
        await system.Redis.ExecuteAsync("FLUSHALL");
        await Until.Equal(
            "Redis has the last number of every sender again",
            string.Join(' ', (string[])spoken!),
            async () => string.Join(' ', (string[])(await system.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!));
        await Until.True("all are registered again", async () => (int)await system.Redis.ExecuteAsync("EXISTS", claims) == claims.Length);
        await carol.Api.JoinGroupAsync("chess");
        await ReplayAsync(mallory, replay);
        await bob.Api.SayAsync("chess", "new");
        await carol.Api.UntilTextsAsync("carol", "chess", null, ["new"]);

        // Alice was away; she receives the new message and nothing twice.
        await alice.Api.JoinGroupAsync("chess");
        await alice.Api.UntilTextsAsync("alice", "chess", null, [.. Old, "new"]);
    }

    [Fact]
    public async Task A_member_restores_last_numbers_after_a_newcomer_created_the_group_again()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await alice.Api.LeaveGroupAsync("chess");
        var spoken = string.Join(' ', (string[])(await system.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!);

        // One step, so that carol is faster than bob's renewal.
        await system.Redis.ExecuteAsync(
            "EVAL",
            """
            redis.call('DEL', unpack(KEYS))
            redis.call('HSET', KEYS[1], 'mode', 'durable', 'createdBy', 'carol', 'generation', ARGV[1],
              'since', string.format('%.0f', redis.call('TIME')[1] * 1000))
            redis.call('SADD', KEYS[2], 'carol')
            """,
            4, "chat:group:chess", "chat:group:chess:subscribers", "chat:group:chess:active", "chat:group:chess:seqs", new string('c', 32));
        await Until.Equal(
            "Redis has alice's last number again",
            spoken,
            async () => string.Join(' ', (string[])(await system.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!));
    }

    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task A_sender_that_lost_its_history_is_heard_by_newcomers(string mode)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        var (alice, bob, carol) = (clients[0], clients[1], clients[2]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await Until.Equal(
            "Redis has alice's last number",
            $"{Old.Length}",
            async () => string.Join(' ', (string[])(await system.Redis.ExecuteAsync("HVALS", "chat:group:chess:seqs"))!));

        await alice.KillAsync();
        foreach (var file in Directory.GetFiles(alice.DataDirectory, "chat.db*"))
        {
            File.Delete(file);
        }

        await alice.RestartAsync();
        await carol.Api.JoinGroupAsync("chess");
        await alice.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "new");
        await carol.Api.UntilTextsAsync("carol", "chess", "alice", ["new"]);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", [.. Old, "new"]);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
    }

    [Fact]
    public async Task An_absent_member_receives_everything_though_a_newcomer_created_the_group_again()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob, carol) = (system.Clients[0], system.Clients[1], system.Clients[2]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "one");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["one"]);
        await bob.Api.LeaveGroupAsync("chess");
        await alice.Api.SayAsync("chess", "two");
        await alice.Api.LeaveGroupAsync("chess");

        await system.Redis.ExecuteAsync("FLUSHALL");
        await Until.True(
            "carol is registered again",
            async () => (await system.Redis.ExecuteAsync("EXISTS", "chat:claim:carol", "chat:claim:alice")).ToString() == "2");
        await carol.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await carol.Api.SayAsync("chess", "three");
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.JoinGroupAsync("chess");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["one", "two", "three"]);
        await alice.Api.UntilTextsAsync("alice", "chess", "carol", ["three"]);
        await alice.Api.SayAsync("chess", "four");
        foreach (var member in (InProcessClient[])[bob, carol])
        {
            await member.Api.UntilTextsAsync(member.Name, "chess", "alice", member == bob ? ["one", "two", "four"] : ["four"]);
        }
    }

    [Fact]
    public async Task A_newcomer_hears_the_members_right_after_Redis_lost_its_data()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "carol"]);
        var (alice, carol) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await alice.Api.SayAsync("chess", "before");

        // The claim tells carol at once whose texts these are.
        await carol.Api.OpenChatAsync("alice");
        await system.Redis.ExecuteAsync(
            "DEL", "chat:group:chess", "chat:group:chess:subscribers", "chat:group:chess:active", "chat:group:chess:seqs");
        await carol.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "one", "two");
        await carol.Api.SayAsync("chess", "three");
        await carol.Api.UntilTextsAsync("carol", "chess", "alice", ["one", "two"]);
        await alice.Api.UntilTextsAsync("alice", "chess", "carol", ["three"]);
    }

    private static async Task<IReadOnlyList<byte[]>> SayOldTextsAsync(InProcessSystem system, RawMember mallory, InProcessClient alice)
    {
        var overheard = await mallory.OverhearAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await Until.True(
            "all messages are confirmed",
            async () => (await alice.Api.GroupMessagesAsync("chess")).All(m => m.State is MessageState.Confirmed or MessageState.Sent));

        // Until Redis knows it, a new member could be shown a replay: one of the limits in docs/architecture.md.
        var fingerprint = (await alice.Api.MeAsync()).Fingerprint;
        await Until.Equal(
            "Redis has alice's last number",
            $"{Old.Length}",
            async () => $"{await system.Redis.ExecuteAsync("HGET", "chat:group:chess:seqs", fingerprint)}");
        var last = (await alice.Api.GroupMessagesAsync("chess"))[^1].Id;
        await Until.True(
            "mallory has overheard the messages",
            () => overheard.Any(body => System.Text.Encoding.Latin1.GetString(body).Contains($"{last}", StringComparison.Ordinal)));
        return [.. overheard];
    }

    private static async Task ReplayAsync(RawMember mallory, IReadOnlyList<byte[]> replay)
    {
        foreach (var body in replay)
        {
            await mallory.PublishAsync("chat.group.chess", body);
        }
    }
}
