using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>Strangers that hold connections to the peer port and never greet.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task Two_thousand_half_open_connections_do_not_delay_a_newcomer()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob");
        var address = new Uri((await bob.Api.MeAsync()).Address);
        using var carol = new RawPeer("carol");
        await carol.ClaimAsync(system.Redis);
        await carol.OpenChatAsync(carol.Connect(address.ToString()));

        var strangers = await ConnectAsync(address, 2_100);
        using var dora = new RawPeer("dora");
        await dora.ClaimAsync(system.Redis);
        var since = Stopwatch.GetTimestamp();
        Assert.Equal(StatusCode.OK, (await dora.OpenChatAsync(dora.Connect(address.ToString()))).StatusCode);
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 4);
        strangers.ForEach(stranger => stranger.Dispose());

        var lines = bob.Process.Output.Split('\n').Where(line => line.Contains("fail:", StringComparison.Ordinal) || line.Contains("warn:", StringComparison.Ordinal));
        Assert.InRange(lines.Count(), 0, 3);
    }

    [Fact]
    public async Task A_connection_is_closed_without_a_greeting_and_kept_with_one()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:GreetingTimeout", "00:00:02"), ("Chat:Peer:MaxStrangersPerAddress", "8"));
        var address = new Uri((await bob.Api.MeAsync()).Address);
        using var carol = new RawPeer("carol");
        await carol.ClaimAsync(system.Redis);
        using var stream = carol.Deliver(carol.Connect(address.ToString()));
        await stream.SendAsync(carol.Batch("bob", 1, "one"));
        await stream.UntilStoredAsync(1);

        using var mallory = new RawPeer("mallory");
        using var call = new TcpClient(address.Host, address.Port);
        await using var tls = new SslStream(call.GetStream());
        await tls.AuthenticateAsClientAsync(mallory.Tls(), TestContext.Current.CancellationToken);
        await UntilClosedAsync(tls).DefaultTimeout(TimeSpan.FromSeconds(15));

        var strangers = await ConnectAsync(address, 40);
        await stream.SendAsync(carol.Batch("bob", 2, "two"));
        await stream.UntilStoredAsync(2);
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task Refused_connections_share_one_line_of_the_log()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", ("Chat:Peer:MaxConnections", "4"));
        var address = new Uri((await bob.Api.MeAsync()).Address);
        var strangers = await ConnectAsync(address, 60);
        for (var i = 0; i < 40; i++)
        {
            using var call = new TcpClient(address.Host, address.Port);
            await call.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), TestContext.Current.CancellationToken);
        }

        await Until.True(
            "the log says that connections ended",
            () => bob.Process.Output.Contains("connections to the peer port ended", StringComparison.Ordinal));
        using var carol = new RawPeer("carol");
        await carol.ClaimAsync(system.Redis);
        await Until.Equal(
            "carol's call is served",
            StatusCode.OK,
            async () => (await carol.OpenChatAsync(carol.Connect(address.ToString()))).StatusCode);
        strangers.ForEach(stranger => stranger.Dispose());
        Assert.DoesNotContain("fail:", bob.Process.Output, StringComparison.Ordinal);
        Assert.InRange(bob.Process.Output.Split('\n').Count(line => line.Contains("warn:", StringComparison.Ordinal)), 1, 3);
    }

    [Fact]
    public async Task One_key_with_ever_more_connections_does_not_delay_a_newcomer()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:MaxConnections", "12"), ("Chat:Peer:MaxCallsPerPeer", "3"));
        var address = (await bob.Api.MeAsync()).Address;
        using var mallory = new RawPeer("mallory");
        await mallory.ClaimAsync(system.Redis);
        for (var i = 0; i < 20; i++)
        {
            // The connection stays after the call.
            await mallory.OpenChatAsync(mallory.Connect(address));
        }

        using var dora = new RawPeer("dora");
        await dora.ClaimAsync(system.Redis);
        Assert.Equal(StatusCode.OK, (await dora.OpenChatAsync(dora.Connect(address))).StatusCode);
    }

    [Fact]
    public async Task Strangers_from_many_addresses_do_not_delay_a_newcomer()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:Peer:MaxStrangers", "8"));
        var address = new Uri((await bob.Api.MeAsync()).Address);
        var strangers = new List<TcpClient>();
        for (var i = 2; i < 32; i++)
        {
            strangers.Add(new TcpClient(new IPEndPoint(IPAddress.Parse($"127.0.0.{i}"), 0)));
            await strangers[^1].ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        }

        using var dora = new RawPeer("dora");
        await dora.ClaimAsync(system.Redis);
        Assert.Equal(StatusCode.OK, (await dora.OpenChatAsync(dora.Connect(address.ToString()))).StatusCode);
        strangers.ForEach(stranger => stranger.Dispose());
    }

    private static async Task<List<TcpClient>> ConnectAsync(Uri address, int count)
    {
        var strangers = new List<TcpClient>();
        for (var i = 0; i < count; i++)
        {
            strangers.Add(new TcpClient());
            await strangers[i].ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        }

        return strangers;
    }

    // HTTP/2 sends its settings first.
    private static async Task UntilClosedAsync(Stream connection)
    {
        try
        {
            var some = new byte[1024];
            while (await connection.ReadAsync(some, TestContext.Current.CancellationToken) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset closes it as well.
        }
    }
}
