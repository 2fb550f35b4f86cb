using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>What was signed once is published once more, by somebody who overheard it.</summary>
public sealed class ReplayTests(SharedRabbitMq broker)
{
    private static readonly string[] Old = [.. Enumerable.Range(0, 10).Select(i => $"old {i}")];

    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task What_was_said_before_a_member_came_is_not_shown_to_it_as_new(string mode)
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await using var mallory = await RawMember.ConnectAsync("mallory", room.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        var replay = await SayOldTextsAsync(room, mallory, alice);

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
    public async Task What_was_said_in_a_group_that_was_given_up_is_not_shown_in_the_next_one_of_that_name(string mode)
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await using var mallory = await RawMember.ConnectAsync("mallory", room.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        var replay = await SayOldTextsAsync(room, mallory, alice);
        await alice.Api.GiveUpGroupAsync("chess");

        await bob.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await alice.Api.JoinGroupAsync("chess");
        await using var atBob = await bob.WatchAsync();
        await ReplayAsync(mallory, replay);
        await alice.Api.SayAsync("chess", "new");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["new"]);
        await atBob.UntilToldAsync("chess", "alice", ["new"]);
    }

    [Fact]
    public async Task What_was_said_before_a_member_came_is_not_shown_to_it_though_Redis_has_lost_its_data()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob", "carol"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob, carol) = (room.Clients[0], room.Clients[1], room.Clients[2]);
        await using var mallory = await RawMember.ConnectAsync("mallory", room.Rabbit);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        var replay = await SayOldTextsAsync(room, mallory, alice);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await alice.Api.ExitGroupAsync("chess");

        // Bob, who is there, knows how far Alice has spoken, who is not.
        string[] claims = ["chat:claim:alice", "chat:claim:bob", "chat:claim:carol"];
        var spoken = await room.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs");
        await room.Redis.ExecuteAsync("FLUSHALL");
        await Until.Equal(
            "it is known again how far everybody has spoken",
            string.Join(' ', (string[])spoken!),
            async () => string.Join(' ', (string[])(await room.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!));
        await Until.True("everybody is registered again", async () => (int)await room.Redis.ExecuteAsync("EXISTS", claims) == claims.Length);
        await carol.Api.JoinGroupAsync("chess");
        await ReplayAsync(mallory, replay);
        await bob.Api.SayAsync("chess", "new");
        await carol.Api.UntilTextsAsync("carol", "chess", null, ["new"]);

        // Who was away hears it, and nothing twice.
        await alice.Api.JoinGroupAsync("chess");
        await alice.Api.UntilTextsAsync("alice", "chess", null, [.. Old, "new"]);
    }

    [Fact]
    public async Task Who_is_in_the_room_brings_back_how_far_others_have_spoken_though_a_newcomer_opened_the_group_again()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await alice.Api.ExitGroupAsync("chess");
        var spoken = string.Join(' ', (string[])(await room.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!);

        // In one step, so that Carol is faster than Bob's renewal.
        await room.Redis.ExecuteAsync(
            "EVAL",
            """
            redis.call('DEL', unpack(KEYS))
            redis.call('HSET', KEYS[1], 'mode', 'durable', 'createdBy', 'carol', 'generation', ARGV[1],
              'since', string.format('%.0f', redis.call('TIME')[1] * 1000))
            redis.call('SADD', KEYS[2], 'carol')
            """,
            4, "chat:group:chess", "chat:group:chess:subscribers", "chat:group:chess:active", "chat:group:chess:seqs", new string('c', 32));
        await Until.Equal(
            "it is known again how far Alice has spoken",
            spoken,
            async () => string.Join(' ', (string[])(await room.Redis.ExecuteAsync("HGETALL", "chat:group:chess:seqs"))!));
    }

    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task Who_lost_its_history_is_heard_by_those_who_came_since(string mode)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob", "carol");
        var (alice, bob, carol) = (clients[0], clients[1], clients[2]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", Old);
        await Until.Equal(
            "it is known how far Alice has spoken",
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
    public async Task Whoever_was_away_while_Redis_lost_its_data_has_everything_though_another_was_faster()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob", "carol"], ("Chat:Groups:Lease", "00:00:03"));
        var (alice, bob, carol) = (room.Clients[0], room.Clients[1], room.Clients[2]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "one");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["one"]);
        await bob.Api.ExitGroupAsync("chess");
        await alice.Api.SayAsync("chess", "two");
        await alice.Api.ExitGroupAsync("chess");

        await room.Redis.ExecuteAsync("FLUSHALL");
        await Until.True(
            "carol is registered again", async () => (await room.Redis.ExecuteAsync("EXISTS", "chat:claim:carol", "chat:claim:alice")).ToString() == "2");
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
    public async Task Who_comes_right_after_Redis_lost_its_data_hears_those_who_were_in_the_room_all_along()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "carol"]);
        var (alice, carol) = (room.Clients[0], room.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await alice.Api.SayAsync("chess", "before");

        // The claim, so that she knows at once whose texts these are.
        await carol.Api.OpenChatAsync("alice");
        await room.Redis.ExecuteAsync("DEL", "chat:group:chess", "chat:group:chess:subscribers", "chat:group:chess:active", "chat:group:chess:seqs");
        await carol.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "one", "two");
        await carol.Api.SayAsync("chess", "three");
        await carol.Api.UntilTextsAsync("carol", "chess", "alice", ["one", "two"]);
        await alice.Api.UntilTextsAsync("alice", "chess", "carol", ["three"]);
    }

    private static async Task<IReadOnlyList<byte[]>> SayOldTextsAsync(Room room, RawMember mallory, InProcessClient alice)
    {
        var overheard = await mallory.OverhearAsync("chess");
        await alice.Api.SayAsync("chess", Old);
        await Until.True(
            "all of it is confirmed",
            async () => (await alice.Api.GroupMessagesAsync("chess")).All(m => m.State is MessageState.Confirmed or MessageState.Sent));

        // Until Redis knows it, a new member could be shown a replay: one of the limits in docs/architecture.md.
        var fingerprint = (await alice.Api.MeAsync()).Fingerprint;
        await Until.Equal(
            "Redis knows how far Alice has spoken",
            $"{Old.Length}",
            async () => $"{await room.Redis.ExecuteAsync("HGET", "chat:group:chess:seqs", fingerprint)}");
        var last = (await alice.Api.GroupMessagesAsync("chess"))[^1].Id;
        await Until.True(
            "mallory has overheard it",
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
