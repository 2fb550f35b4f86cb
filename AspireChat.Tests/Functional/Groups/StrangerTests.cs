using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Groups.Chess;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>A stranger speaks in a group while the name server, which alone can say whose name it is, is away.</summary>
public sealed class StrangerTests(SharedRabbitMq broker)
{
    [Theory]
    [InlineData("durable")]
    [InlineData("transient")]
    public async Task Acquaintances_are_shown_while_strangers_wait_for_the_name_server(string mode)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync("bob", system.Redis.ConnectionString, system.Rabbit!);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var carol = await MemberAsync(system, "carol");
        await using var zoe = await MemberAsync(system, "zoe");
        await using var yan = await MemberAsync(system, "yan");
        await using var mallory = await MemberAsync(system, "mallory", claims: false);
        await MeetAsync(bob.Api, alice, carol);

        await LoseRedisAsync(system, atBob);
        await SayAsync(zoe, 1, "zoe 1", "zoe 2");
        await SayAsync(mallory, 1, "mallory 1");
        List<string> ofAlice = ["hello"], ofCarol = ["hello"];
        for (var seq = 2UL; seq <= 18; seq++)
        {
            await SayAsync(alice, seq, $"alice {seq}");
            await SayAsync(carol, seq, $"carol {seq}");
            ofAlice.Add($"alice {seq}");
            ofCarol.Add($"carol {seq}");
            if (seq == 9)
            {
                await SayAsync(yan, 1, "yan 1");
                await SayAsync(zoe, 3, "zoe 3");
            }
        }

        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ofAlice);
        await bob.Api.UntilTextsAsync("bob", "chess", "carol", ofCarol);
        Assert.Equal(["alice", "carol"], (await bob.Api.GroupMessagesAsync("chess")).Select(message => message.From).Distinct().Order());

        await system.Redis.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", ["zoe 1", "zoe 2", "zoe 3"]);
        await bob.Api.UntilTextsAsync("bob", "chess", "yan", ["yan 1"]);
        Assert.Contains("mallory does not belong to the key", await atBob.NextRefusalAsync("group:chess"), StringComparison.Ordinal);
        await atBob.UntilToldAsync("chess", "alice", ofAlice);
        await atBob.UntilToldAsync("chess", "carol", ofCarol);
        await atBob.UntilToldAsync("chess", "zoe", ["zoe 1", "zoe 2", "zoe 3"]);
        await atBob.UntilToldAsync("chess", "yan", ["yan 1"]);
        Assert.Equal(18 + 18 + 3 + 1, (await bob.Api.GroupMessagesAsync("chess")).Count);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
        Assert.Single(atBob.Seen<RefusedBatch>());
    }

    [Fact]
    public async Task Messages_of_a_stranger_survive_a_crash_in_order()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var zoe = await MemberAsync(system, "zoe");
        await MeetAsync(bob.Api, alice);

        await LoseRedisAsync(system, atBob);
        await SayAsync(zoe, 1, "zoe 1");
        await SayAsync(zoe, 2, "zoe 2");
        await SayAsync(alice, 2, "alice 2");
        await bob.Api.UntilTextsAsync("bob", "chess", null, ["hello", "alice 2"]);
        await bob.KillAsync();
        await SayAsync(zoe, 3, "zoe 3");
        await SayAsync(alice, 3, "alice 3");

        await system.Redis.RestartAsync();
        await bob.RestartAsync();
        await using var again = await bob.WatchAsync();
        await bob.Api.JoinGroupAsync("chess");
        await SayAsync(zoe, 4, "zoe 4");
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", ["zoe 1", "zoe 2", "zoe 3", "zoe 4"]);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "alice 2", "alice 3"]);
        await again.UntilToldAsync("chess", "zoe", ["zoe 1", "zoe 2", "zoe 3", "zoe 4"]);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
    }

    [Fact]
    public async Task A_user_who_leaves_meanwhile_still_sees_every_stored_message_live()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync("bob", system.Redis.ConnectionString, system.Rabbit!);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var zoe = await MemberAsync(system, "zoe");
        await MeetAsync(bob.Api, alice);

        // All are published at once, so that the stranger comes in the middle of one batch of work.
        await LoseRedisAsync(system, atBob);
        string[] all = ["hello", .. Enumerable.Range(2, 79).Select(seq => $"alice {seq}")];
        var bodies = Enumerable.Range(2, 79).Select(seq => alice.Sign(alice.ToGroup("chess", (ulong)seq, $"alice {seq}"))).ToList();
        bodies.Insert(39, zoe.Sign(zoe.ToGroup("chess", 1, "zoe 1")));
        await Task.WhenAll(bodies.Select(body => alice.SayAsync("chess", body)));
        await Until.True("bob has the messages before zoe's", async () => (await bob.Api.TextsAsync("chess", "alice")).Count() >= 40);
        var refused = await ChatApi.RefusalAsync(() => bob.Api.LeaveGroupAsync("chess"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        await atBob.NextAsync<GroupChange>("bob has left", change => change.What == "left");

        // What bob's client had stored when he left.
        var stored = (await bob.Api.TextsAsync("chess", "alice")).ToList();
        await atBob.UntilToldAsync("chess", "alice", stored);
        Assert.Equal(all[..stored.Count], stored);
        Assert.Empty(await bob.Api.TextsAsync("chess", "zoe"));

        await system.Redis.RestartAsync();
        await Until.True("bob is in the room again", async () => (await bob.Api.JoinGroupAsync("chess")).IsJoined);
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", ["zoe 1"]);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", all);
        await atBob.UntilToldAsync("chess", "zoe", ["zoe 1"]);
        await atBob.UntilToldAsync("chess", "alice", all);
    }

    [Fact]
    public async Task A_batch_signed_for_an_earlier_group_does_not_delay_other_senders()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync(
            "bob", system.Redis.ConnectionString, system.Rabbit!, ("Chat:Groups:Lease", "00:00:03"));
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await MemberAsync(system, "alice");
        await using var carol = await MemberAsync(system, "carol");
        await MeetAsync(bob.Api, alice, carol);

        // A peer that overheard the batch publishes it now.
        await LoseRedisAsync(system, atBob);
        var old = alice.ToGroup("chess", 7, "old");
        old.Generation = new string('0', 32);
        await alice.SayAsync("chess", alice.Sign(old));
        await SayAsync(alice, 2, "alice 2");
        await SayAsync(carol, 2, "carol 2");
        await bob.Api.UntilTextsAsync("bob", "chess", "carol", ["hello", "carol 2"]);
        await atBob.UntilToldAsync("chess", "carol", ["hello", "carol 2"]);

        await system.Redis.RestartAsync();
        Assert.Contains("alice signed it for another group", await atBob.NextRefusalAsync("group:chess"), StringComparison.Ordinal);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "alice 2"]);
        await atBob.UntilToldAsync("chess", "alice", ["hello", "alice 2"]);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_of_a_stranger_wait_until_it_claims_its_name_again(bool isRestarted)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync("bob", system.Redis.ConnectionString, system.Rabbit!);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var zoe = await MemberAsync(system, "zoe");
        await using var mallory = await MemberAsync(system, "mallory", claims: false);
        if (isRestarted)
        {
            await LoseRedisAsync(system, atBob);
            await SayAsync(zoe, 1, "zoe 1");
            await SayAsync(mallory, 1, "mallory 1");
            await system.Redis.RestartAsync(keepData: false);
            await system.Redis.NoteCommandsAsync();
        }
        else
        {
            // Bob's client does not notice the loss.
            await system.Redis.NoteCommandsAsync();
            await system.Redis.ExecuteAsync("FLUSHALL");
            await SayAsync(zoe, 1, "zoe 1");
            await SayAsync(mallory, 1, "mallory 1");
        }

        // Zoe registers again later than bob has asked.
        await Until.True("bob has asked whose name zoe is", () => system.Redis.HasNotedAsync("HMGET", "chat:claim:zoe"));
        await zoe.ClaimAsync(system.Redis);
        await SayAsync(zoe, 2, "zoe 2");
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", ["zoe 1", "zoe 2"]);
        await atBob.UntilToldAsync("chess", "zoe", ["zoe 1", "zoe 2"]);
        Assert.Contains("mallory does not belong to the key", await atBob.NextRefusalAsync("group:chess"), StringComparison.Ordinal);
        Assert.Single(atBob.Seen<RefusedBatch>());
        Assert.Equal(2, (await bob.Api.GroupMessagesAsync("chess")).Count);
    }
}
