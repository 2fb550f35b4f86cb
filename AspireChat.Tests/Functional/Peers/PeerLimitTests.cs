using System.Net.Sockets;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

public sealed class PeerLimitTests
{
    [Fact]
    public async Task The_limit_on_one_peers_open_calls_leaves_other_peers_alone()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"), ("Chat:Peer:MaxCallsPerPeer", "3"));
        var address = (await bob.Api.MeAsync()).Address;
        using var greedy = new RawPeer("greedy");
        using var modest = new RawPeer("modest");
        await greedy.ClaimAsync(system.Redis);
        await modest.ClaimAsync(system.Redis);

        // Each call has a connection of its own; those that are not refused wait for bob's decision.
        var calls = Enumerable.Range(0, 8).Select(_ => greedy.OpenChatAsync(greedy.Connect(address))).ToList();
        await Until.Equal("five calls are refused", 5, () => Task.FromResult(calls.Count(call => call.IsCompleted)));
        var waiting = calls.Where(call => !call.IsCompleted).ToList();
        Assert.All(
            await Task.WhenAll(calls.Except(waiting)), status => Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode));
        using var stream = greedy.Deliver(greedy.Connect(address));
        Assert.Equal(StatusCode.ResourceExhausted, (await stream.EndAsync()).StatusCode);

        var other = modest.OpenChatAsync(modest.Connect(address));
        await Until.Equal("bob is asked for a chat by modest", ChatState.Asked, async () => (await bob.Api.FindChatAsync("modest"))?.State);
        await bob.Api.AcceptChatAsync("modest");
        Assert.Equal(StatusCode.OK, (await other.DefaultTimeout()).StatusCode);

        // Ended calls do not count.
        await bob.Api.AcceptChatAsync("greedy");
        Assert.All(await Task.WhenAll(waiting).DefaultTimeout(), status => Assert.Equal(StatusCode.OK, status.StatusCode));
        Assert.Equal(StatusCode.OK, (await greedy.OpenChatAsync(greedy.Connect(address))).StatusCode);
    }

    [Fact]
    public async Task A_stream_without_a_message_is_closed_and_may_come_back()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:IdleTimeout", "00:00:01"));
        var address = (await bob.Api.MeAsync()).Address;
        using var peer = new RawPeer("carol");
        await peer.ClaimAsync(system.Redis);
        var client = peer.Connect(address);
        using var stream = peer.Deliver(client);
        await stream.SendAsync(peer.Batch("bob", 1, "one"));
        await stream.UntilStoredAsync(1);
        await stream.EndAsync().DefaultTimeout(TimeSpan.FromSeconds(10));

        using var again = peer.Deliver(client);
        await again.SendAsync(peer.Batch("bob", 2, "two"));
        await again.UntilStoredAsync(2);
    }

    [Fact]
    public async Task Clients_whose_streams_are_closed_for_silence_go_on_chatting()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:IdleTimeout", "00:00:01"));
        var alice = await system.StartClientAsync("alice", ("Chat:Peer:IdleTimeout", "00:00:01"));
        await alice.Api.OpenChatAsync("bob");
        for (var i = 0; i < 4; i++)
        {
            await alice.Api.SendAsync("bob", $"{i}");
            await Until.True(
                $"message {i} is delivered",
                async () => (await alice.Api.MessagesAsync("bob")) is { } sent && sent.Count == i + 1 && sent.All(m => m.State == MessageState.Delivered),
                TimeSpan.FromSeconds(10));

            // Longer than the allowed silence.
            var since = TimeProvider.System.GetTimestamp();
            await Until.True(
                "1.5 seconds of silence have passed", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1.5));
        }

        Assert.Equal(["0", "1", "2", "3"], (await bob.Api.MessagesAsync("alice")).Select(m => m.Text));
    }

    [Fact]
    public async Task Silent_strangers_do_not_block_the_peer_port()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:MaxConnections", "4"));
        var address = new Uri((await bob.Api.MeAsync()).Address);
        using var peer = new RawPeer("carol");
        await peer.ClaimAsync(system.Redis);

        var strangers = new List<TcpClient>();
        for (var i = 0; i < 8; i++)
        {
            strangers.Add(new TcpClient());
            await strangers[i].ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        }

        await Until.Equal(
            "a peer gets in when the strangers' time is over",
            StatusCode.OK,
            async () => (await peer.OpenChatAsync(peer.Connect(address.ToString()))).StatusCode);
        strangers.ForEach(stranger => stranger.Dispose());
    }
}
