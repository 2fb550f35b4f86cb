using System.Net;
using AspireChat.Client.Groups;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class MembershipTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_group_has_one_mode_for_all_members()
    {
        await using var system = await StartAsync("alice", "bob");
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        Assert.Equal(new GroupSummary("chess", GroupMode.Durable, 1, true, Unread: 0), await alice.Api.JoinGroupAsync("Chess"));
        Assert.Equal(new GroupSummary("now", GroupMode.Transient, 1, true, Unread: 0), await alice.Api.JoinGroupAsync("now", GroupMode.Transient));

        foreach (var api in (ChatApi[])[alice.Api, bob.Api])
        {
            var durable = await ChatApi.RefusalAsync(() => api.JoinGroupAsync("chess", GroupMode.Transient));
            Assert.Equal(HttpStatusCode.Conflict, durable.Status);
            Assert.Contains("durable", durable.Message, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Conflict, (await ChatApi.RefusalAsync(() => api.JoinGroupAsync("now", GroupMode.Durable))).Status);
        }

        // A refused join leaves nothing behind, and a join without a mode takes the mode of the group.
        Assert.Empty(await bob.Api.GroupsAsync());
        await alice.Api.UntilMembersAsync("chess", 1);
        Assert.Equal(new GroupSummary("now", GroupMode.Transient, 2, true, Unread: 0), await bob.Api.JoinGroupAsync("now"));
        Assert.Equal(new GroupSummary("now", GroupMode.Transient, 2, true, Unread: 0), await bob.Api.JoinGroupAsync("now", GroupMode.Transient));
    }

    [Fact]
    public async Task Only_members_in_the_room_may_speak_and_past_members_may_read()
    {
        await using var system = await StartAsync("alice");
        var api = system.Clients[0].Api;
        Assert.Equal(HttpStatusCode.Conflict, (await ChatApi.RefusalAsync(() => api.SendToGroupAsync("chess", "x"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => api.GroupMessagesAsync("chess"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => api.LeaveGroupAsync("chess"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => api.UnsubscribeAsync("chess"))).Status);

        await api.JoinGroupAsync("chess");
        Assert.Empty(await api.GroupMessagesAsync("chess"));
        await api.SendToGroupAsync("chess", "exit");
        await api.LeaveGroupAsync("chess");
        Assert.Equal(HttpStatusCode.Conflict, (await ChatApi.RefusalAsync(() => api.SendToGroupAsync("chess", "x"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => api.LeaveGroupAsync("chess"))).Status);
        Assert.Equal(["exit"], await api.TextsAsync("chess"));
    }

    [Fact]
    public async Task Leaving_a_durable_room_keeps_the_subscription()
    {
        await using var system = await StartAsync("alice", "bob");
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess");
        await bob.Api.JoinGroupAsync("chess");
        await using var atBob = await bob.WatchAsync();
        await bob.Api.LeaveGroupAsync("chess");
        Assert.Equal("left", (await atBob.NextAsync<GroupChange>()).What);
        Assert.Equal([new GroupSummary("chess", GroupMode.Durable, 1, false, Unread: 0)], await bob.Api.GroupsAsync());

        await alice.Api.SayAsync("chess", "one", "two");
        await Until.True(
            "both messages are confirmed",
            async () => (await alice.Api.GroupMessagesAsync("chess")).All(m => m.State == MessageState.Confirmed));
        Assert.Empty(await bob.Api.TextsAsync("chess"));
        await bob.Api.JoinGroupAsync("chess");
        Assert.Equal("joined", (await atBob.NextAsync<GroupChange>()).What);
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["one", "two"]);
    }

    [Fact]
    public async Task A_durable_group_ends_when_its_last_subscriber_unsubscribes()
    {
        await using var system = await StartAsync("alice", "bob");
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("chess");
        await bob.Api.JoinGroupAsync("chess");
        string[] queues =
        [
            $"chat.group.chess.alice.{(await alice.Api.MeAsync()).Fingerprint[..16]}",
            $"chat.group.chess.bob.{(await bob.Api.MeAsync()).Fingerprint[..16]}",
        ];
        Assert.Equal(queues, await GroupQueuesAsync(system));

        await alice.Api.UnsubscribeAsync("chess");
        Assert.Empty(await alice.Api.GroupsAsync());
        Assert.Equal(queues[1..], await GroupQueuesAsync(system));
        await bob.Api.UntilMembersAsync("chess", 1);

        // The room is empty but bob is subscribed: the group stays, and he can unsubscribe from outside.
        await bob.Api.LeaveGroupAsync("chess");
        await bob.Api.UntilMembersAsync("chess", 0);
        Assert.Equal(queues[1..], await GroupQueuesAsync(system));
        await bob.Api.UnsubscribeAsync("chess");
        await AssertNothingIsLeftAsync(system);

        // Its messages can still be read; its name is free for a group of another mode.
        Assert.Empty(await bob.Api.TextsAsync("chess"));
        Assert.Equal(new GroupSummary("chess", GroupMode.Transient, 1, true, Unread: 0), await bob.Api.JoinGroupAsync("chess", GroupMode.Transient));
        await bob.Api.LeaveGroupAsync("chess");
        Assert.Empty(await bob.Api.GroupsAsync());
        await AssertNothingIsLeftAsync(system);
    }

    [Fact]
    public async Task Member_counts_stay_right_through_two_hundred_joins_and_exits()
    {
        await using var system = await StartAsync(Enumerable.Range(0, 8).Select(i => $"u{i}"));
        await Task.WhenAll(system.Clients.Select(async (client, number) =>
        {
            // Clients with an even number end inside, the others outside.
            for (var i = number % 2; i < 26 + (number % 2); i++)
            {
                await (i % 2 == number % 2 ? client.Api.JoinGroupAsync("chess") : client.Api.LeaveGroupAsync("chess"));
            }

            await (number % 2 == 0 ? client.Api.JoinGroupAsync("chess") : Task.CompletedTask);
        }));

        foreach (var client in system.Clients)
        {
            await client.Api.UntilMembersAsync("chess", 4);
        }

        // The counted members also receive.
        await system.Clients[0].Api.SayAsync("chess", "who is here?");
        foreach (var client in system.Clients.Where((_, number) => number > 0 && number % 2 == 0))
        {
            await client.Api.UntilTextsAsync(client.Name, "chess", "u0", ["who is here?"]);
        }
    }

    [Fact]
    public async Task Two_hundred_users_join_leave_and_unsubscribe_at_once_with_right_counts()
    {
        await using var redis = await RedisServer.StartAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var membership = new GroupMembership(
            new RedisConnection(() => connection, Options.Create(new RedisOptions { CallTimeout = TimeSpan.FromSeconds(25) }), TimeProvider.System),
            Options.Create(new GroupOptions { Lease = TimeSpan.FromMinutes(5) }));
        var cancellation = TestContext.Current.CancellationToken;

        var joined = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => membership.JoinAsync("chess", $"u{i}", null, Entry.New, Generation.New(), [], cancellation)));
        Assert.Single(joined, join => join.IsNew);
        Assert.Single(joined.Select(join => Assert.Single(join.Generations)).Distinct());
        Assert.All(joined, join => Assert.False(join.WasSubscribed));
        Assert.Equal(200, (await membership.DescribeAsync("chess", cancellation))?.Members);

        // Every third leaves, every third joins again, every third unsubscribes.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            switch (i % 3)
            {
                case 0:
                    await membership.LeaveAsync("chess", $"u{i}", [], cancellation);
                    break;
                case 1:
                    await membership.JoinAsync("chess", $"u{i}", GroupMode.Durable, Entry.Again, Generation.New(), [], cancellation);
                    break;
                default:
                    await membership.GiveUpAsync("chess", $"u{i}", [], cancellation);
                    break;
            }
        }));
        Assert.Equal(67, (await membership.DescribeAsync("chess", cancellation))?.Members);
        Assert.Equal(134, (int)await redis.ExecuteAsync("SCARD", "chat:group:chess:subscribers"));

        // The last one to unsubscribe ends the group.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => membership.GiveUpAsync("chess", $"u{i}", [], cancellation)));
        Assert.Null(await membership.DescribeAsync("chess", cancellation));
        Assert.Empty(((RedisResult[]?)await redis.ExecuteAsync("KEYS", "chat:group:*"))!);
    }

    [Fact]
    public async Task A_killed_member_counts_until_its_lease_expires()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        (string, string)[] lease = [("Chat:Groups:Lease", "00:00:03")];
        var alice = await system.StartProgramAsync("alice", lease);
        var bob = await system.StartProgramAsync("bob", lease);
        foreach (var client in (ChatClientProcess[])[alice, bob])
        {
            await client.Api.JoinGroupAsync("chess");
            await client.Api.JoinGroupAsync("now", GroupMode.Transient);
        }

        await alice.Api.UntilMembersAsync("chess", 2);
        await bob.KillAsync();
        await alice.Api.UntilMembersAsync("chess", 1, deadline: TimeSpan.FromSeconds(10));
        await alice.Api.UntilMembersAsync("now", 1);

        // Now the last member: a transient group ends with its last lease, a durable one with its last subscription.
        await alice.KillAsync();
        await bob.RestartAsync();
        await bob.Api.UntilMembersAsync("chess", 0, deadline: TimeSpan.FromSeconds(10));
        Assert.Equal(new GroupSummary("now", GroupMode.Durable, 1, true, Unread: 0), await bob.Api.JoinGroupAsync("now", GroupMode.Durable));
    }

    private static async Task<IEnumerable<string>> GroupQueuesAsync(InProcessSystem system) =>
        (await system.Broker.QueuesAsync(system.Rabbit)).Where(queue => queue.StartsWith("chat.group.", StringComparison.Ordinal));

    private static async Task AssertNothingIsLeftAsync(InProcessSystem system)
    {
        Assert.Empty(((RedisResult[]?)await system.Redis.ExecuteAsync("KEYS", "chat:group:*"))!);

        // The broker takes a moment to notice the end of a connection.
        await Until.Sequence("no queue is left", [], () => GroupQueuesAsync(system));
        await Until.Sequence("no exchange is left", ["chat.discovery"], () => system.Broker.ExchangesAsync(system.Rabbit));
    }

    private Task<InProcessSystem> StartAsync(params IEnumerable<string> names) => InProcessSystem.StartAsync(broker, names);
}
