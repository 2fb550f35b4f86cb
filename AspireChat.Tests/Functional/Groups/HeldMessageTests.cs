using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Groups.Chess;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>The limits of what a client holds back: messages of strangers, and batches that cannot be stored.</summary>
public sealed class HeldMessageTests(SharedRabbitMq broker)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_group_waits_and_loses_nothing_when_a_stranger_says_too_much()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync(
            "bob", system.Redis.ConnectionString, system.Rabbit!, ("Chat:Groups:MaxHeldBytesPerKey", "65536"));
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var zoe = await MemberAsync(system, "zoe");
        await MeetAsync(bob.Api, alice);

        await LoseRedisAsync(system, atBob);
        string[] flood = [.. Enumerable.Range(1, 100).Select(seq => $"zoe {seq}")];
        foreach (var (i, text) in flood.Index())
        {
            await SayAsync(zoe, (ulong)i + 1, text);
        }

        await SayAsync(alice, 2, "behind it");
        await atBob.NextAsync<GroupChange>("bob's client says the group waits", change => change is { Name: "chess", What: "waiting" });
        Assert.Equal(["hello"], await bob.Api.TextsAsync("chess"));

        await system.Redis.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", flood, Patience);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "behind it"]);
        await atBob.UntilToldAsync("chess", "zoe", flood);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
    }

    [Fact]
    public async Task Batches_held_for_a_left_group_take_no_space_of_other_groups()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync(
            "bob",
            system.Redis.ConnectionString,
            system.Rabbit!,
            ("Chat:Groups:MaxHeldBytesPerKey", "65536"),
            ("Chat:Groups:MaxHeldBytes", "65536"));
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("go", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var zoe = await MemberAsync(system, "zoe");
        await alice.LearnAsync(system.Redis, "go");
        await zoe.LearnAsync(system.Redis, "go");
        await MeetAsync(bob.Api, alice);

        await LoseRedisAsync(system, atBob);
        string[] flood = [.. Enumerable.Range(1, 100).Select(seq => $"zoe {seq}")];
        foreach (var (i, text) in flood.Index())
        {
            await SayAsync(zoe, (ulong)i + 1, text);
        }

        await atBob.NextAsync<GroupChange>("the held batches reach their limit", change => change is { Name: "chess", What: "waiting" });
        await ChatApi.RefusalAsync(() => bob.Api.LeaveGroupAsync("chess"));
        await atBob.NextAsync<GroupChange>("bob has left", change => change is { Name: "chess", What: "left" });
        await zoe.SayAsync("go", zoe.Sign(zoe.ToGroup("go", 1, "zoe in go")));
        await alice.SayAsync("go", alice.Sign(alice.ToGroup("go", 1, "behind it")));
        await bob.Api.UntilTextsAsync("bob", "go", null, ["behind it"]);

        await system.Redis.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "go", "zoe", ["zoe in go"]);
        Assert.Empty(await bob.Api.TextsAsync("chess", "zoe"));
        await Until.True("bob is in the room again", async () => (await bob.Api.JoinGroupAsync("chess")).IsJoined);
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", flood, Patience);
        await atBob.UntilToldAsync("chess", "zoe", flood);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
    }

    [Fact]
    [ExpectsError("is set aside")]
    public async Task A_failing_batch_is_set_aside_and_retried_at_the_next_join()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await MeetAsync(bob.Api, alice);

        bob.ExecuteSql("CREATE TRIGGER fault BEFORE INSERT ON messages WHEN NEW.text = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END");
        await SayAsync(alice, 2, "poison");
        await SayAsync(alice, 3, "alice 3");
        Assert.Contains("set aside", await atBob.NextRefusalAsync("group:chess"), StringComparison.Ordinal);
        await SayAsync(alice, 4, "alice 4");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["hello", "alice 3", "alice 4"]);

        bob.ExecuteSql("DROP TRIGGER fault");
        await bob.Api.LeaveGroupAsync("chess");
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["hello", "alice 3", "alice 4", "poison"]);
        await atBob.UntilToldAsync("chess", "alice", ["hello", "alice 3", "alice 4", "poison"]);
    }
}
