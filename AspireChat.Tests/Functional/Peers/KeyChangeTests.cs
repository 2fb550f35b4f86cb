using System.Net;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>Trust on first use: a forged or changed key and users who know each other.</summary>
public sealed class KeyChangeTests
{
    [Fact]
    public async Task A_replaced_key_receives_nothing_until_the_user_accepts_it()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await SayAsync(alice, "bob", "before");
        var bobsKey = (await bob.Api.MeAsync()).Fingerprint;

        // An impostor's client named bob; the name server is made to point to it.
        await using var elsewhere = await ChatSystem.StartAsync();
        var impostor = await elsewhere.StartProgramAsync("bob");
        var (address, key) = ((await impostor.Api.MeAsync()).Address, (await impostor.Api.MeAsync()).Fingerprint);
        await elsewhere.Redis.ExecuteAsync("HSET", "chat:claim:alice", "fingerprint", (await alice.Api.MeAsync()).Fingerprint, "epoch", "1");
        await bob.KillAsync();
        await ForgeAsync(system.Redis, address, key);
        await using var events = await alice.WatchAsync();

        // The refusal is loud.
        var sent = await alice.Api.SendAsync("bob", "a secret");
        var failed = await events.NextAsync<StateChange>("the message fails", change => change.Id == sent.Id);
        Assert.Equal(MessageState.Failed, failed.State);
        Assert.Contains("WARNING", failed.Reason, StringComparison.Ordinal);
        Assert.Contains(bobsKey, failed.Reason, StringComparison.Ordinal);
        Assert.Contains(key, failed.Reason, StringComparison.Ordinal);
        Assert.Contains(events.Seen<ConnectionChange>(), change => change is { Connection: "peer:bob", State: "key-changed" });
        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"));
        Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
        Assert.Contains("WARNING", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await impostor.Api.ChatsAsync());

        // Accepting another key changes nothing; accepting the one at the name server does.
        Assert.Equal(HttpStatusCode.BadRequest, (await ChatApi.RefusalAsync(() => alice.Api.TrustAsync("bob", "abc"))).Status);
        await alice.Api.TrustAsync("bob", key);
        await SayAsync(alice, "bob", "after");
        Assert.Equal(["after"], (await impostor.Api.MessagesAsync("alice")).Select(m => m.Text));
        Assert.Equal([MessageState.Delivered, MessageState.Failed, MessageState.Delivered], (await alice.Api.MessagesAsync("bob")).Select(m => m.State));
    }

    [Fact]
    public async Task A_replaced_address_receives_nothing()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "mallory");
        var (alice, mallory) = (clients[0], clients[1]);

        // Bob's renewal would correct the address, so none comes during the test.
        var bob = await system.StartClientAsync("bob", ("Chat:NameServer:Lease", "00:05:00"), ("Chat:NameServer:RenewEvery", "00:02:00"));
        var address = (await bob.Api.MeAsync()).Address;
        await SayAsync(alice, "bob", "before");
        await using var events = await alice.WatchAsync();

        // Alice's restart ends the open stream, and the next one goes to the address at the name server.
        await system.Redis.ExecuteAsync("HSET", "chat:peer:bob", "address", (await mallory.Api.MeAsync()).Address);
        await alice.RestartAsync();
        await using var again = await alice.WatchAsync();
        await alice.Api.SendAsync("bob", "a secret");
        var warning = await again.NextAsync<ConnectionChange>("a warning", change => change.Connection == "peer:bob");
        Assert.Equal("wrong-key", warning.State);
        Assert.Empty(await mallory.Api.ChatsAsync());

        await system.Redis.ExecuteAsync("HSET", "chat:peer:bob", "address", address);
        await Until.Sequence(
            "bob has both messages", ["before", "a secret"], async () => (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
        Assert.Empty(await mallory.Api.ChatsAsync());
    }

    [Fact]
    public async Task A_caller_with_another_key_is_refused_with_the_reason()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await SayAsync(alice, "bob", "before");
        await alice.TerminateAsync();

        // Alice has lost her data directory, and the name server has lost her claim.
        await system.Redis.ExecuteAsync("DEL", "chat:claim:alice", "chat:peer:alice");
        await using var events = await bob.WatchAsync();
        var again = system.LaunchProgram("alice");
        await again.UntilReadyAsync();
        var sent = await again.Api.SendAsync("bob", "it is me");

        var failed = await Until.Value(
            "the message fails", () => again.Api.MessagesAsync("bob"), messages => messages.Single().State == MessageState.Failed);
        Assert.Contains("bob's client refused", failed[0].Reason, StringComparison.Ordinal);
        Assert.Contains("another key", failed[0].Reason, StringComparison.Ordinal);
        var warning = await events.NextAsync<ConnectionChange>("a warning", change => change.Connection == "peer:alice");
        Assert.Equal("key-changed", warning.State);
        Assert.Equal(["before"], (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));

        // Bob verifies her fingerprint by other means and accepts the key.
        await bob.Api.TrustAsync("alice", (await again.Api.MeAsync()).Fingerprint);
        await SayAsync(again, "bob", "it is really me");
        Assert.Equal(["before", "it is really me"], (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
    }

    [Fact]
    public async Task A_stranger_cannot_pose_as_a_user_whom_this_user_called_before()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);

        // Alice has called bob and bob has never called alice; her call is enough to know his key.
        await alice.Api.OpenChatAsync("bob");
        await bob.KillAsync();
        using var stranger = new RawPeer("bob") { Epoch = 1_000 };
        await stranger.ClaimAsync(system.Redis);

        var status = await stranger.OpenChatAsync(stranger.Connect((await alice.Api.MeAsync()).Address));
        Assert.Equal(StatusCode.PermissionDenied, status.StatusCode);
    }

    private static async Task ForgeAsync(RedisServer redis, string address, string key)
    {
        await redis.ExecuteAsync("HSET", "chat:claim:bob", "fingerprint", key, "epoch", "1000");
        await redis.ExecuteAsync("HSET", "chat:peer:bob", "address", address, "fingerprint", key, "epoch", "1000", "since", "1700000000000");
        await redis.ExecuteAsync("PERSIST", "chat:peer:bob");
    }

    private static async Task SayAsync(ITestClient from, string to, string text)
    {
        var sent = await from.Api.SendAsync(to, text);
        await Until.Equal(
            $"'{text}' is delivered", MessageState.Delivered, async () => (await from.Api.MessagesAsync(to)).Single(m => m.Id == sent.Id).State);
    }
}
