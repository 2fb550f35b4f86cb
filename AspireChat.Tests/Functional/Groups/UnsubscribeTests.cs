using System.Net;
using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>A user unsubscribes while a server that must know of it is away: all or nothing happens.</summary>
public sealed class UnsubscribeTests(SharedRabbitMq broker)
{
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    [Fact]
    [ExpectsError("Background socket write loop has crashed")]
    public async Task A_member_stays_in_the_room_when_unsubscribing_fails_at_the_broker()
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
            var refusal = await ChatApi.RefusalAsync(() => bob.Api.UnsubscribeAsync(group));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.True((await bob.Api.FindGroupAsync(group))!.IsJoined, $"bob should still be in {group}");
            await alice.Api.SayAsync(group, "still here?");
        }

        // What bob says meanwhile waits like the others' messages, and he receives theirs without doing anything.
        await bob.Api.SayAsync("chess", "still here");
        await own.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"], Recovery);
        await alice.Api.UntilTextsAsync("alice", "chess", "bob", ["still here"], Recovery);
        await alice.Api.UntilMembersAsync("chess", 2);
        await alice.Api.UntilMembersAsync("now", 2);

        // With the broker back, bob can unsubscribe.
        await bob.Api.UnsubscribeAsync("chess");
        await alice.Api.UntilMembersAsync("chess", 1);
        Assert.Null(await bob.Api.FindGroupAsync("chess"));
    }

    [Fact]
    public async Task A_member_stays_in_the_room_when_unsubscribing_fails_at_Redis()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "hello");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);

        await system.Redis.KillAsync();
        var refusal = await ChatApi.RefusalAsync(() => bob.Api.UnsubscribeAsync("chess"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        await alice.Api.SayAsync("chess", "still here?");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"]);

        await system.Redis.RestartAsync();
        await Until.True("bob can unsubscribe", async () =>
        {
            await bob.Api.UnsubscribeAsync("chess");
            return true;
        });
        await alice.Api.UntilMembersAsync("chess", 1);
    }

    [Fact]
    public async Task The_client_subscribes_again_when_the_name_server_answers_too_late()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.LeaveGroupAsync("chess");
        await bob.Api.JoinGroupAsync("go", GroupMode.Durable);
        await bob.Api.LeaveGroupAsync("go");
        var generation = (string?)await system.Redis.ExecuteAsync("HGET", "chat:group:go", "generation");

        system.Redis.Pause();
        foreach (var group in (string[])["chess", "go"])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => bob.Api.UnsubscribeAsync(group))).Status);
        }

        // By the time a client registers again, Redis has executed the waiting calls.
        system.Redis.Resume();
        await Until.True("alice reaches the name server again", async () => await alice.Api.FindGroupAsync("chess") is { Members: 1 });
        Assert.Equal(["alice", "bob"], ((string[])(await system.Redis.ExecuteAsync("SMEMBERS", "chat:group:chess:subscribers"))!).Order());
        Assert.Equal(["bob"], (string[])(await system.Redis.ExecuteAsync("SMEMBERS", "chat:group:go:subscribers"))!);
        Assert.Equal(generation, (string?)await system.Redis.ExecuteAsync("HGET", "chat:group:go", "generation"));
    }

    [Fact]
    public async Task A_refused_unsubscription_leaves_an_absent_member_its_queue()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        var queue = Assert.Single(
            await system.Broker.QueuesAsync(system.Rabbit), name => name.StartsWith("chat.group.", StringComparison.Ordinal));
        await bob.Api.LeaveGroupAsync("chess");
        await alice.Api.JoinGroupAsync("chess");

        // As if the broker had deleted the queue and its answer had been lost.
        await using (var beside = await new ConnectionFactory { Uri = new Uri(system.Rabbit) }
            .CreateConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var channel = await beside.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            await channel.QueueDeleteAsync(queue, cancellationToken: TestContext.Current.CancellationToken);
        }

        system.Redis.Pause();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => bob.Api.UnsubscribeAsync("chess"))).Status);
        system.Redis.Resume();
        await alice.Api.SayAsync("chess", "still here?");
        await Until.True("bob is in the room again", async () => (await bob.Api.JoinGroupAsync("chess")).IsJoined);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["still here?"]);
    }

    [Fact]
    public async Task Messages_sent_right_before_unsubscribing_are_recorded()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => alice.Api.SendToGroupAsync("chess", $"{i}")));
        await alice.Api.UnsubscribeAsync("chess");

        var confirmed = (await alice.Api.GroupMessagesAsync("chess")).Count(message => message.State == MessageState.Confirmed);
        Assert.Equal([$"{confirmed}"], (string[])(await system.Redis.ExecuteAsync("HVALS", "chat:group:chess:seqs"))!);
    }

    [Fact]
    [ExpectsError("Background socket write loop has crashed")]
    public async Task Other_groups_renew_their_leases_while_an_unsubscription_waits()
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
        var givingUp = ChatApi.RefusalAsync(() => alice.Api.UnsubscribeAsync("chess"));

        // One renewal may have been under way when the call began.
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
