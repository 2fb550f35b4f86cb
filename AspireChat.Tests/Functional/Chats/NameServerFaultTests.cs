using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

/// <summary>Chats while Redis is away: peers need it only to find each other.</summary>
public sealed class NameServerFaultTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chats_work_while_Redis_is_killed_and_restarted(bool keepData)
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        Assert.Equal("connected", (await alice.Api.MeAsync()).Connections["redis"]);
        await SayAsync(alice, bob, "before");
        await SayAsync(bob, alice, "before");
        await using var events = await alice.WatchAsync();

        await system.Redis.KillAsync();
        await events.NextAsync("alice's client reports the lost connection", IsRedis("reconnecting"));
        Assert.Equal("reconnecting", (await alice.Api.MeAsync()).Connections["redis"]);
        await SayAsync(alice, bob, "while it is away");
        await SayAsync(bob, alice, "while it is away");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(alice.Api.UsersAsync)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => alice.Api.SendAsync("stranger", "x"))).Status);

        await system.Redis.RestartAsync(keepData);
        await events.NextAsync("alice's client reports the new connection", IsRedis("connected"));
        await Until.Sequence(
            "both users are online again", ["alice", "bob"], async () => (await alice.Api.UsersAsync()).Select(user => user.Name));
        await SayAsync(alice, bob, "after");
        await SayAsync(bob, alice, "after");

        string[] texts = ["before", "before", "while it is away", "while it is away", "after", "after"];
        Assert.Equal(texts, (await alice.Api.MessagesAsync("bob")).Select(m => m.Text));
        Assert.Equal(texts, (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
    }

    [Fact]
    public async Task Peers_who_know_each_other_reconnect_while_Redis_is_away()
    {
        await using var system = await ChatSystem.StartAsync();

        // The idle timeout ends the streams, so each message needs a new connection.
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:IdleTimeout", "00:00:01"));
        var alice = await system.StartClientAsync("alice");
        await SayAsync(alice, bob, "before");
        await system.Redis.KillAsync();
        var since = TimeProvider.System.GetTimestamp();
        await Until.True("the idle stream has ended", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(2));

        await SayAsync(alice, bob, "while it is away");
    }

    [Fact]
    public async Task A_client_gets_ready_when_Redis_comes_up()
    {
        await using var redis = await RedisServer.ReserveAsync();
        await using var alice = ChatClientProcess.Launch("alice", redis.ConnectionString);
        await alice.UntilAliveAsync();
        Assert.NotEqual("connected", (await alice.Api.MeAsync()).Connections["redis"]);
        using (var health = await alice.Http.GetAsync("/health", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        }

        await redis.RestartAsync();
        await alice.UntilReadyAsync();
        Assert.Equal(["alice"], (await alice.Api.UsersAsync()).Select(user => user.Name));
        Assert.Equal("connected", (await alice.Api.MeAsync()).Connections["redis"]);
    }

    [Fact]
    public async Task A_frozen_Redis_delays_no_client_for_long()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await SayAsync(alice, bob, "before");
        system.Redis.Pause();

        await SayAsync(alice, bob, "while it is frozen");
        var refusal = await ChatApi.RefusalAsync(alice.Api.UsersAsync).DefaultTimeout(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);

        system.Redis.Resume();
        await Until.Sequence(
            "both users are online again", ["alice", "bob"], async () => (await alice.Api.UsersAsync()).Select(user => user.Name));
    }

    private static Func<ConnectionChange, bool> IsRedis(string state) => change =>
        change.Connection == "redis" && change.State == state;

    private static async Task SayAsync(ITestClient from, ITestClient to, string text)
    {
        var sent = await from.Api.SendAsync(to.Name, text);
        await Until.Equal(
            $"{to.Name} has '{text}'",
            MessageState.Delivered,
            async () => (await from.Api.MessagesAsync(to.Name)).Single(m => m.Id == sent.Id).State);
    }
}
