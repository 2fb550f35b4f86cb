using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>A peer with an open chat that sends faster than its quota.</summary>
public sealed class DeliveryQuotaTests
{
    [Fact]
    public async Task A_flood_is_throttled_to_the_set_rate_and_both_users_know()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:BurstBytes", "65536"), ("Chat:Peer:BytesPerSecond", "65536"));
        var alice = await system.StartClientAsync("alice");
        await using var atBob = await bob.WatchAsync();
        await using var atAlice = await alice.WatchAsync();
        await alice.Api.OpenChatAsync("bob");

        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 64; i++)
        {
            await alice.Api.SendAsync("bob", new string((char)('a' + (i % 26)), 8_192));
        }

        await Until.True("alice's client reports the quota", () => IsTold(atAlice, "peer:bob"));
        await Until.True("bob's client reports the quota", () => IsTold(atBob, "peer:alice"));
        Assert.Contains(await alice.Api.MessagesAsync("bob"), message => message.State == MessageState.Sending);
        Assert.DoesNotContain(await alice.Api.MessagesAsync("bob"), message => message.State == MessageState.Failed);

        // It is 512 KiB; 64 are taken at once and 64 more each second.
        await Until.True(
            "all messages are delivered",
            async () => (await alice.Api.MessagesAsync("bob")).All(message => message.State == MessageState.Delivered));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 4, 60);
        Assert.Equal(64, (await bob.Api.MessagesAsync("alice")).Count);
    }

    private static bool IsTold(EventWatcher events, string connection) => events.Seen<ConnectionChange>().Any(
        change => change.Connection == connection && change.State == "slowed");
}
