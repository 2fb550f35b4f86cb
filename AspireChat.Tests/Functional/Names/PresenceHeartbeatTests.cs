using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

public sealed class PresenceHeartbeatTests : IDisposable
{
    private readonly TempFolder _folder = new("alice");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_stays_registered_until_it_stops()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7123);

        Assert.Equal(1, alice.Self.Epoch);
        var record = await alice.Names.LookUpAsync("alice", Cancellation);
        Assert.Equal(new Uri("https://127.0.0.1:7123"), record!.Address);
        Assert.Equal(alice.Self.Identity.Fingerprint, record.Fingerprint);

        var end = await server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Until.True(
            "alice's lease is renewed by a second", async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 1_000);
        Assert.Equal(record, await alice.Names.LookUpAsync("alice", Cancellation));

        await alice.StopAsync();
        Assert.False(await server.Raw.KeyExistsAsync("chat:peer:alice"));
        Assert.Equal(0, await server.Raw.SortedSetLengthAsync("chat:peers"));
        Assert.True(await server.Raw.KeyExistsAsync("chat:claim:alice"));
        await StatesAreAsync(alice, "connecting", "connected");
    }

    [Fact]
    public async Task A_client_registers_when_the_name_server_comes_up()
    {
        await using var server = await NameServer.ReserveAsync();
        await using var alice = await HeartbeatPeer.StartAsync("alice", server, _folder);
        await AssertHealthAsync(alice, HealthStatus.Unhealthy);
        Assert.Equal(0, alice.Self.Epoch);

        await server.Redis.RestartAsync();

        await alice.IsInStateAsync(ConnectionStates.Connected);
        Assert.NotNull(await alice.Names.LookUpAsync("alice", Cancellation));
        await AssertHealthAsync(alice, HealthStatus.Healthy);
        await StatesAreAsync(alice, "connecting", "connected");
    }

    [Fact]
    public async Task A_client_returns_with_a_higher_epoch_after_a_complete_loss()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);

        await server.Redis.KillAsync();
        await alice.IsInStateAsync(ConnectionStates.Reconnecting);
        await AssertHealthAsync(alice, HealthStatus.Unhealthy);
        await server.Redis.RestartAsync(keepData: false);

        await alice.IsInStateAsync(ConnectionStates.Connected);
        Assert.Equal(2, alice.Self.Epoch);
        Assert.Equal(2, (await alice.Names.LookUpAsync("alice", Cancellation))!.Epoch);
        Assert.Equal(2, alice.Known.Find("alice")!.Epoch);
    }

    [Fact]
    public async Task A_registration_stays_when_the_name_server_returns_with_its_data()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder, options: new NameServerOptions
        {
            Lease = TimeSpan.FromMinutes(1),
            RenewEvery = TimeSpan.FromMilliseconds(200),
        }, callTimeout: TimeSpan.FromSeconds(1));
        server.Redis.Pause();
        await alice.IsInStateAsync(ConnectionStates.Reconnecting);
        server.Redis.Resume();

        await alice.IsInStateAsync(ConnectionStates.Connected);
        await Until.True("alice's client reports that Redis was away", () => alice.Details[2]?.Contains("away") is true);
        Assert.Equal(1, alice.Self.Epoch);
    }

    [Fact]
    public async Task A_client_reports_a_lost_lease_and_registers_again()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);

        await server.Raw.KeyDeleteAsync("chat:peer:alice");

        await Until.Equal("alice has registered again", 2, () => Task.FromResult(alice.Self.Epoch));
        await alice.IsInStateAsync(ConnectionStates.Connected);
        await StatesAreAsync(alice, "connecting", "connected", "reconnecting", "connected");
        Assert.Contains("lost", alice.Details[2]);
        Assert.Equal(2, (await alice.Names.LookUpAsync("alice", Cancellation))!.Epoch);
    }

    [Fact]
    public async Task A_restarted_client_remembers_an_epoch_that_the_name_server_lost()
    {
        await using var server = await NameServer.StartAsync();
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);
            Assert.Equal(epoch, alice.Self.Epoch);
            await server.Raw.ExecuteAsync("FLUSHALL");
            await alice.StopAsync();
        }
    }

    [Fact]
    public async Task A_client_with_a_replaced_key_pins_its_name_to_it()
    {
        await using var server = await NameServer.StartAsync();
        await (await HeartbeatPeer.RegisterAsync("alice", server, _folder)).DisposeAsync();
        await server.Raw.ExecuteAsync("FLUSHALL");
        File.Delete(_folder.File("identity.pem"));

        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);

        Assert.Equal(alice.Self.Identity.Fingerprint, alice.Known.Find("alice")!.Fingerprint);
        Assert.Equal(1, alice.Known.Find("alice")!.Epoch);
    }

    [Fact]
    public async Task A_client_yields_to_a_newer_process_with_the_same_key()
    {
        await using var server = await NameServer.StartAsync();
        await using var old = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7001);
        using var copy = new TempFolder("copy");
        await using var successor = await HeartbeatPeer.RegisterAsync(
            "alice", server, copy, port: 7002, copiedKey: _folder.File("identity.pem"));

        await old.IsInStateAsync(PresenceHeartbeatService.Superseded);
        Assert.Equal(2, successor.Self.Epoch);
        await AssertHealthAsync(old, HealthStatus.Unhealthy);

        // After ten renewals of the successor nothing has changed.
        var end = await server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Until.True(
            "the successor's lease is renewed by two seconds",
            async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 2_000);
        var record = await old.Names.LookUpAsync("alice", Cancellation);
        Assert.Equal(7002, record!.Address.Port);
        Assert.Equal(2, record.Epoch);
        await StatesAreAsync(successor, "connecting", "connected");
        await StatesAreAsync(old, "connecting", "connected", "reconnecting", "superseded");
        Assert.Equal(1, old.Self.Epoch);

        await successor.StopAsync();
        await old.IsInStateAsync(ConnectionStates.Connected);
        Assert.Equal(3, old.Self.Epoch);
        Assert.Equal(7001, (await old.Names.LookUpAsync("alice", Cancellation))!.Address.Port);
    }

    [Fact]
    public async Task A_superseded_process_keeps_its_successors_record_when_it_stops()
    {
        await using var server = await NameServer.StartAsync();
        await using var old = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7001);
        var successor = new Lease("alice", new Uri("https://127.0.0.1:7002"), old.Self.Identity.Fingerprint);
        await old.Names.RegisterAsync(successor, 0, null, Cancellation);

        await old.StopAsync();

        Assert.Equal(7002, (await old.Names.LookUpAsync("alice", Cancellation))!.Address.Port);
    }

    [Fact]
    public async Task A_name_claimed_by_another_key_ends_the_start_with_the_reason()
    {
        await using var server = await NameServer.StartAsync();
        var owner = NewLease("alice");
        await server.Connect().RegisterAsync(owner, 0, null, Cancellation);

        await using var mallory = await HeartbeatPeer.StartAsync("alice", server, _folder);

        await Until.True("the application stops", () => mallory.ApplicationStopping.IsCancellationRequested);
        Assert.StartsWith("The name alice belongs to another key", mallory.Failure.Sentence);
        Assert.Equal(0, mallory.Self.Epoch);
        Assert.Equal(
            (ChatFault.Conflict, mallory.Failure.Sentence),
            await RefusalAsync(() => mallory.First.WaitAsync(Cancellation)));
        Assert.Null(mallory.Known.Find("alice"));
        Assert.Equal(owner.Fingerprint, (await mallory.Names.LookUpAsync("alice", Cancellation))!.Fingerprint);
    }

    [Fact]
    public async Task A_client_reports_a_name_lost_to_another_key_and_regains_it()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);
        var mallory = NewLease("alice", port: 6666);
        await server.Raw.HashSetAsync("chat:claim:alice", "fingerprint", mallory.Fingerprint);

        await alice.IsInStateAsync(PresenceHeartbeatService.NameTaken);
        Assert.Null(alice.Failure.Sentence);
        Assert.False(alice.ApplicationStopping.IsCancellationRequested);
        await StatesAreAsync(alice, "connecting", "connected", "reconnecting", "name-taken");
        Assert.Contains("THE NAME alice NOW BELONGS TO ANOTHER KEY", alice.Details[^1]);

        await server.Raw.ExecuteAsync("FLUSHALL");
        await alice.IsInStateAsync(ConnectionStates.Connected);
        Assert.Equal(2, alice.Self.Epoch);
    }

    [Fact]
    public async Task Stopping_takes_bounded_time_without_the_name_server()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder);
        using var folder = new TempFolder("bob");
        await using var bob = await HeartbeatPeer.RegisterAsync("bob", server, folder);

        server.Redis.Pause();
        await AssertStopsAsync(alice);

        server.Redis.Resume();
        await server.Redis.KillAsync();
        await AssertStopsAsync(bob);
    }

    [Fact]
    public async Task Stopping_is_quick_when_the_name_server_was_never_there()
    {
        await using var server = await NameServer.ReserveAsync();
        await using var alice = await HeartbeatPeer.StartAsync("alice", server, _folder);

        await AssertStopsAsync(alice);
    }

    private static async Task<(ChatFault, string?)> RefusalAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<ChatException>(call);
        return (refusal.Fault, refusal.Message);
    }

    private static async Task AssertStopsAsync(HeartbeatPeer peer)
    {
        var watch = Stopwatch.StartNew();
        await peer.StopAsync().DefaultTimeout();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static async Task AssertHealthAsync(HeartbeatPeer peer, HealthStatus expected)
    {
        var check = new RegistrationHealthCheck(peer.Connections);
        var context = new HealthCheckContext
        {
            Registration = new HealthCheckRegistration("redis", check, failureStatus: null, tags: null),
        };
        Assert.Equal(expected, (await check.CheckHealthAsync(context, Cancellation)).Status);
    }

    private static Task StatesAreAsync(HeartbeatPeer peer, params string[] expected) =>
        Until.Sequence($"the states of {peer.Self.Name}", expected, () => Task.FromResult<IEnumerable<string>>(peer.States));
}
