using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>An attacker writes another host's address into a user's record at the name server.</summary>
public sealed class ForgedAddressTests
{
    [Fact]
    public async Task A_newcomer_reaches_a_user_after_the_renewal_corrected_a_forged_address()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:NameServer:RenewEvery", "00:00:00.5"));
        var own = (await bob.Api.MeAsync()).Address;
        await system.Redis.ExecuteAsync("HSET", "chat:peer:bob", "address", "https://127.0.0.1:9");

        await Until.Equal("bob's address is correct again", own, async () => (await bob.Api.UsersAsync()).Single().Address);
        var carol = await system.StartClientAsync("carol");
        Assert.Equal(ChatState.Open, (await carol.Api.OpenChatAsync("bob")).State);
    }

    [Fact]
    public async Task A_host_named_in_a_forged_record_is_called_only_rarely()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        using var victim = new TcpListener(IPAddress.Loopback, 0);
        victim.Start();
        var calls = 0;
        var last = 0L;
        var accepting = Task.Run(async () =>
        {
            while (true)
            {
                using var call = await victim.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                Interlocked.Increment(ref calls);
                Volatile.Write(ref last, Stopwatch.GetTimestamp());
            }
        });
        using var bob = new RawPeer("bob");
        await bob.RegisterAsync(system.Redis, $"https://{victim.LocalEndpoint}");

        await alice.Api.SendAsync("bob", "hello");

        // Longer than a link ever waits for a peer in trouble: 500 ms, doubled at each try and shortened by at most half, exceed
        // that after 6 tries, each of which may connect twice.
        await Until.True(
            "the calls have become rare",
            () => Volatile.Read(ref last) is > 0 and var at && Stopwatch.GetElapsedTime(at) > TimeSpan.FromSeconds(6),
            TimeSpan.FromSeconds(60));
        Assert.InRange(Volatile.Read(ref calls), 1, 12);
        Assert.Equal(MessageState.Sending, Assert.Single(await alice.Api.MessagesAsync("bob")).State);
        victim.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => accepting);
    }
}
