using System.Net;
using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>Giving up a subscription while a server that must know of it is away: all or nothing.</summary>
public sealed class GiveUpTests(SharedRabbitMq broker)
{
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    [Fact]
    [ExpectsError("Background socket write loop has crashed")]
    public async Task A_give_up_that_is_refused_while_the_broker_is_away_leaves_the_member_in_the_room()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        (string, string)[] hasty = [("Chat:Groups:JoinTimeout", "00:00:02")];
        var alice = await system.StartClientAsync("alice", hasty);
        var bob = await system.StartClientAsync("bob", hasty);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.JoinGroupAsync("now", GroupMode.Transient);
        await alice.Api.JoinGroupAsync("now");
        foreach (var group in (string[])["chess", "now"])
        {
            await alice.Api.SayAsync(group, "hello");
            await bob.Api.UntilTextsAsync("bob", group, "alice", ["hello"]);
        }

        await own.StopAsync();
        foreach (var group in (string[])["chess", "now"])
        {
            var refusal = await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync(group));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.True((await bob.Api.FindGroupAsync(group))!.IsJoined, $"bob is still in {group}");
            await alice.Api.SayAsync(group, "still here?");
        }

        // What he says meanwhile waits like everybody's, and he hears the others without doing anything.
        await bob.Api.SayAsync("chess", "still here");
        await own.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"], Recovery);
        await alice.Api.UntilTextsAsync("alice", "chess", "bob", ["still here"], Recovery);
        await alice.Api.UntilMembersAsync("chess", 2);
        await alice.Api.UntilMembersAsync("now", 2);

        // And now it can be given up.
        await bob.Api.GiveUpGroupAsync("chess");
        await alice.Api.UntilMembersAsync("chess", 1);
        Assert.Null(await bob.Api.FindGroupAsync("chess"));
    }

    [Fact]
    public async Task A_give_up_that_is_refused_while_the_name_server_is_away_leaves_the_member_in_the_room()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "hello");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);

        await system.Redis.KillAsync();
        var refusal = await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync("chess"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        await alice.Api.SayAsync("chess", "still here?");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"]);

        await system.Redis.RestartAsync();
        await Until.True("bob can give it up", async () =>
        {
            await bob.Api.GiveUpGroupAsync("chess");
            return true;
        });
        await alice.Api.UntilMembersAsync("chess", 1);
    }

    [Fact]
    public async Task A_give_up_that_the_name_server_hears_of_but_does_not_answer_in_time_is_taken_back()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.ExitGroupAsync("chess");
        await bob.Api.JoinGroupAsync("go", GroupMode.Durable);
        await bob.Api.ExitGroupAsync("go");
        var generation = (string?)await room.Redis.ExecuteAsync("HGET", "chat:group:go", "generation");

        room.Redis.Pause();
        foreach (var group in (string[])["chess", "go"])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync(group))).Status);
        }

        // By the time somebody registers again, it has done what waited.
        room.Redis.Resume();
        await Until.True("everybody is served again", async () => await alice.Api.FindGroupAsync("chess") is { Members: 1 });
        Assert.Equal(["alice", "bob"], ((string[])(await room.Redis.ExecuteAsync("SMEMBERS", "chat:group:chess:subscribers"))!).Order());
        Assert.Equal(["bob"], (string[])(await room.Redis.ExecuteAsync("SMEMBERS", "chat:group:go:subscribers"))!);
        Assert.Equal(generation, (string?)await room.Redis.ExecuteAsync("HGET", "chat:group:go", "generation"));
    }

    [Fact]
    public async Task Who_was_away_when_its_give_up_was_refused_has_its_queue()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        var queue = Assert.Single(await room.Broker.QueuesAsync(room.Rabbit), name => name.StartsWith("chat.group.", StringComparison.Ordinal));
        await bob.Api.ExitGroupAsync("chess");
        await alice.Api.JoinGroupAsync("chess");

        // As if the broker had done it and its answer were lost.
        await using (var beside = await new ConnectionFactory { Uri = new Uri(room.Rabbit) }.CreateConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var channel = await beside.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            await channel.QueueDeleteAsync(queue, cancellationToken: TestContext.Current.CancellationToken);
        }

        room.Redis.Pause();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync("chess"))).Status);
        room.Redis.Resume();
        await alice.Api.SayAsync("chess", "still here?");
        await Until.True("bob is in the room again", async () => (await bob.Api.JoinGroupAsync("chess")).IsJoined);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["still here?"]);
    }

    [Fact]
    public async Task What_is_said_right_before_a_give_up_is_known_to_have_been_said()
    {
        await using var room = await Room.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (room.Clients[0], room.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => alice.Api.SendToGroupAsync("chess", $"{i}")));
        await alice.Api.GiveUpGroupAsync("chess");

        var confirmed = (await alice.Api.GroupMessagesAsync("chess")).Count(message => message.State == MessageState.Confirmed);
        Assert.Equal([$"{confirmed}"], (string[])(await room.Redis.ExecuteAsync("HVALS", "chat:group:chess:seqs"))!);
    }

    [Fact]
    [ExpectsError("Background socket write loop has crashed")]
    public async Task A_give_up_that_waits_does_not_hold_up_the_renewals_of_other_groups()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var alice = await InProcessClient.StartAsync(
            "alice", redis.ConnectionString, own.ConnectionString, ("Chat:Groups:Lease", "00:00:03"), ("Chat:Groups:JoinTimeout", "00:00:20"));
        foreach (var group in (string[])["chess", "go"])
        {
            await alice.Api.JoinGroupAsync(group);
        }

        await own.StopAsync();
        var givingUp = ChatApi.RefusalAsync(() => alice.Api.GiveUpGroupAsync("chess"));

        // One renewal may have been under way when it began.
        for (var i = 0; i < 3; i++)
        {
            var before = await LeaseAsync();
            await Until.True("the lease of the other group is renewed", async () => await LeaseAsync() != before);
        }

        Assert.False(givingUp.IsCompleted);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await givingUp).Status);

        async Task<string?> LeaseAsync() => (string?)await redis.ExecuteAsync("ZSCORE", "chat:group:go:active", "alice");
    }
}
