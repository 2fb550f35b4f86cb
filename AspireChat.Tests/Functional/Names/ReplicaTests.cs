using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Names;

/// <summary>A Redis with a replica, both in the connection string: promoting the replica moves the clients.</summary>
public sealed class ReplicaTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task Clients_follow_to_a_promoted_replica_and_keep_their_names()
    {
        await using var primary = await RedisServer.StartAsync("password");
        await using var replica = await RedisServer.StartReplicaAsync(primary);
        var both = $"127.0.0.1:{primary.Port},127.0.0.1:{replica.Port},password=password";
        await using var alice = await ChatClientProcess.StartAsync("alice", both);
        await using var bob = await ChatClientProcess.StartAsync("bob", both);
        await Until.True(
            "the replica has the claims", async () => await HasClaimAsync(replica, "alice") && await HasClaimAsync(replica, "bob"));

        await primary.KillAsync();
        await Until.Equal(
            "the state of alice's connection to Redis", "reconnecting", async () => (await alice.Api.MeAsync()).Connections["redis"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(alice.Api.UsersAsync)).Status);
        await replica.ExecuteAsync("REPLICAOF", "NO", "ONE");

        await Until.Sequence(
            "both users are online again", ["alice", "bob"], async () => (await alice.Api.UsersAsync()).Select(user => user.Name));
        await Task.WhenAll(alice.UntilReadyAsync(), bob.UntilReadyAsync());
        var impostor = ChatClientProcess.Launch("bob", both);
        await using (impostor)
        {
            Assert.Equal(1, await impostor.Process.WaitForExitAsync());
            Assert.StartsWith("The name bob belongs to another key", impostor.Process.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task<bool> HasClaimAsync(RedisServer redis, string user) =>
        (int)await redis.ExecuteAsync("EXISTS", $"chat:claim:{user}") == 1;
}
