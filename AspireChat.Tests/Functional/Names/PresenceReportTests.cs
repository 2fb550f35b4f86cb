using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

/// <summary>What a client reports of users that come and go.</summary>
public sealed class PresenceReportTests : IDisposable
{
    private readonly TempFolder _folder = new("alice");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_client_reports_users_that_come_and_go()
    {
        await using var server = await NameServer.StartAsync();
        var names = server.Connect();
        var bob = NewLease("bob");
        await names.RegisterAsync(bob, 0, null, Cancellation);
        await names.RegisterAsync(NewLease("carol"), 0, null, Cancellation);

        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);
        await PresenceIsAsync(alice, "+bob", "+carol");

        await names.UnregisterAsync(bob, Cancellation);
        await PresenceIsAsync(alice, "+bob", "+carol", "-bob");

        await names.RegisterAsync(NewLease("dora"), 0, null, Cancellation);
        await PresenceIsAsync(alice, "+bob", "+carol", "-bob", "+dora");
    }

    [Fact]
    public async Task No_user_goes_offline_because_the_name_server_lost_everything()
    {
        await using var server = await NameServer.StartAsync();
        var names = server.Connect();
        var bob = NewLease("bob");
        await names.RegisterAsync(bob, 0, null, Cancellation);
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);
        await PresenceIsAsync(alice, "+bob");

        await server.Raw.ExecuteAsync("FLUSHALL");
        await Until.Equal("alice has registered again", 2, () => Task.FromResult(alice.Self.Epoch));
        var end = await server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Until.True(
            "alice's lease is renewed by a second without bob",
            async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 1_000);
        await names.RegisterAsync(bob, 1, 1, Cancellation);
        await names.RegisterAsync(NewLease("carol"), 0, null, Cancellation);

        await PresenceIsAsync(alice, "+bob", "+carol");
    }

    [Fact]
    public async Task A_user_missing_after_the_name_server_lost_everything_goes_offline()
    {
        await using var server = await NameServer.StartAsync();
        await server.Connect().RegisterAsync(NewLease("bob"), 0, null, Cancellation);
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder, options: new NameServerOptions
        {
            Lease = TimeSpan.FromSeconds(2),
            RenewEvery = TimeSpan.FromMilliseconds(200),
        });
        await PresenceIsAsync(alice, "+bob");

        await server.Raw.ExecuteAsync("FLUSHALL");

        await PresenceIsAsync(alice, "+bob", "-bob");
    }

    private static Task PresenceIsAsync(HeartbeatPeer peer, params string[] expected) =>
        Until.Sequence($"the users {peer.Self.Name} saw come and go", expected, () => Task.FromResult<IEnumerable<string>>(peer.Presence));
}
