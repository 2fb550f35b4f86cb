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
    public async Task A_client_registers_stays_registered_and_unregisters_at_its_end()
    {
        await using var server = await NameServer.StartAsync();
        await using var alice = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7123);

        Assert.Equal(1, alice.Self.Epoch);
        var record = await alice.Names.LookUpAsync("alice", Cancellation);
        Assert.Equal(new Uri("https://127.0.0.1:7123"), record!.Address);
        Assert.Equal(alice.Self.Identity.Fingerprint, record.Fingerprint);

        var end = await server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Until.True(
            "a second of renewals", async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 1_000);
        Assert.Equal(record, await alice.Names.LookUpAsync("alice", Cancellation));

        await alice.StopAsync();
        Assert.False(await server.Raw.KeyExistsAsync("chat:peer:alice"));
        Assert.Equal(0, await server.Raw.SortedSetLengthAsync("chat:peers"));
        Assert.True(await server.Raw.KeyExistsAsync("chat:claim:alice"));
        await StatesAreAsync(alice, "connecting", "connected");
    }

    [Fact]
    public async Task A_client_comes_up_when_the_name_server_comes_up()
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
    public async Task A_client_is_back_with_a_higher_epoch_after_the_name_server_lost_everything()
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
    public async Task A_name_server_that_comes_back_with_its_data_finds_the_same_registration()
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
        await Until.True("it was said", () => alice.Details[2]?.Contains("away") is true);
        Assert.Equal(1, alice.Self.Epoch);
    }

    [Fact]
    public async Task A_lost_lease_is_noticed_said_and_taken_again()
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
    public async Task A_restarted_client_remembers_its_epoch_although_the_name_server_does_not()
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
    public async Task A_client_whose_key_was_replaced_pins_its_own_name_to_the_new_one()
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
    public async Task A_newer_process_with_the_same_key_is_noticed_and_not_fought()
    {
        await using var server = await NameServer.StartAsync();
        await using var old = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7001);
        using var copy = new TempFolder("copy");
        await using var successor = await HeartbeatPeer.RegisterAsync(
            "alice", server, copy, port: 7002, copiedKey: _folder.File("identity.pem"));

        await old.IsInStateAsync(PresenceHeartbeatService.Superseded);
        Assert.Equal(2, successor.Self.Epoch);
        await AssertHealthAsync(old, HealthStatus.Unhealthy);

        // Ten of the successor's renewals later nothing has moved.
        var end = await server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Until.True(
            "two seconds of renewals", async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 2_000);
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
    public async Task A_superseded_process_leaves_its_successors_record_when_it_ends()
    {
        await using var server = await NameServer.StartAsync();
        await using var old = await HeartbeatPeer.RegisterAsync("alice", server, _folder, port: 7001);
        var successor = new Lease("alice", new Uri("https://127.0.0.1:7002"), old.Self.Identity.Fingerprint);
        await old.Names.RegisterAsync(successor, 0, null, Cancellation);

        await old.StopAsync();

        Assert.Equal(7002, (await old.Names.LookUpAsync("alice", Cancellation))!.Address.Port);
    }

    [Fact]
    public async Task A_name_of_another_key_ends_the_start_with_a_sentence()
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
    public async Task A_name_lost_to_another_key_is_said_loudly_and_taken_back_when_it_is_free()
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
    public async Task Who_comes_and_goes_is_told()
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
    public async Task Nobody_seems_gone_because_the_name_server_lost_everything()
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
            "a second without bob", async () => await server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end + 1_000);
        await names.RegisterAsync(bob, 1, 1, Cancellation);
        await names.RegisterAsync(NewLease("carol"), 0, null, Cancellation);

        await PresenceIsAsync(alice, "+bob", "+carol");
    }

    [Fact]
    public async Task Who_does_not_come_back_after_the_name_server_lost_everything_is_gone_in_the_end()
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

    [Fact]
    public async Task The_end_is_bounded_although_the_name_server_is_silent_or_gone()
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
    public async Task The_end_is_quick_although_nothing_was_ever_there()
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

    private static Task PresenceIsAsync(HeartbeatPeer peer, params string[] expected) =>
        Until.Sequence($"what {peer.Self.Name} hears", expected, () => Task.FromResult<IEnumerable<string>>(peer.Presence));
}
