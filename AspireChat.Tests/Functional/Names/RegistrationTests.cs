using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

/// <summary>Who gets a name, and for how long.</summary>
public sealed class RegistrationTests : DirectoryTest
{
    [Fact]
    public Task Two_hundred_clients_race_for_a_name_and_one_wins() => RaceAsync(rounds: 20);

    [Fact]
    [Trait("Category", "Long")]
    public Task Two_hundred_clients_race_for_a_thousand_names_and_one_wins_each() => RaceAsync(rounds: 1_000);

    [Fact]
    public async Task The_same_key_takes_over_at_once_and_ends_the_old_token()
    {
        var crashed = NewLease("alice", port: 7001);
        await RegisterAsync(crashed);
        var successor = NewLease("alice", crashed.Fingerprint, port: 7002);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 2), await RegisterAsync(successor));

        Assert.False(await RenewAsync(crashed));
        Assert.False(await Directory.UnregisterAsync(crashed, Cancellation));
        Assert.Equal(7002, (await Directory.LookUpAsync("alice", Cancellation))!.Address.Port);
        Assert.True(await RenewAsync(successor));
    }

    [Fact]
    public async Task Registering_again_with_the_same_lease_is_the_same_registration()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        var first = await Directory.LookUpAsync("alice", Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 1), await RegisterAsync(lease));

        Assert.Equal(first, await Directory.LookUpAsync("alice", Cancellation));
    }

    [Fact]
    public async Task A_registration_does_not_replace_a_newer_process_if_told_so()
    {
        var paused = NewLease("alice", port: 7001);
        await RegisterAsync(paused);
        var successor = NewLease("alice", paused.Fingerprint, port: 7002);
        await RegisterAsync(successor);
        var before = await Directory.LookUpAsync("alice", Cancellation);

        var answer = await Directory.RegisterAsync(paused, 1, yieldAbove: 1, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Superseded, 2), answer);
        Assert.Equal(before, await Directory.LookUpAsync("alice", Cancellation));
        Assert.True(await RenewAsync(successor));

        // Not newer than the caller has been: a leftover, for example of a Redis that came back with older data.
        Assert.Equal(
            new Registration(RegistrationOutcome.Registered, 3), await Directory.RegisterAsync(paused, 2, yieldAbove: 2, Cancellation));
    }

    [Fact]
    public async Task Another_key_is_refused_online_and_while_the_claim_lasts()
    {
        var alice = NewLease("alice");
        await RegisterAsync(alice);
        var mallory = NewLease("alice", port: 6666);

        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(mallory)).Outcome);
        Assert.False(await RenewAsync(mallory));
        Assert.False(await Directory.UnregisterAsync(mallory, Cancellation));

        Assert.True(await Directory.UnregisterAsync(alice, Cancellation));
        Assert.Null(await Directory.LookUpAsync("alice", Cancellation));
        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(mallory)).Outcome);
        Assert.Null(await Directory.LookUpAsync("alice", Cancellation));
        Assert.Equal(alice.Fingerprint, (await Directory.FindClaimAsync("alice", Cancellation))!.Fingerprint);
    }

    [Fact]
    public async Task Another_key_is_refused_while_the_record_lasts_without_a_claim()
    {
        await RegisterAsync(NewLease("alice"));
        await Server.Raw.KeyDeleteAsync("chat:claim:alice");

        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(NewLease("alice"))).Outcome);
    }

    [Fact]
    public async Task A_name_is_free_when_its_claim_has_expired()
    {
        var names = Server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(300), ClaimFor = TimeSpan.FromMilliseconds(600) });
        await names.RegisterAsync(NewLease("alice"), 0, null, Cancellation);
        var newcomer = NewLease("alice");

        await Until.True(
            "the name is free",
            async () => (await names.RegisterAsync(newcomer, 0, null, Cancellation)).Outcome == RegistrationOutcome.Registered);
    }

    [Fact]
    public async Task Renewing_keeps_the_record_the_listing_and_the_claim()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        var end = await Server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await Server.Raw.KeyExpireAsync("chat:claim:alice", TimeSpan.FromHours(1));
        await Server.Raw.KeyExpireAsync("chat:peer:alice", TimeSpan.FromHours(1));

        await Until.True(
            "a renewal moves the lease's end",
            async () => await RenewAsync(lease) && await Server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end);

        Assert.InRange((await Server.Raw.KeyTimeToLiveAsync("chat:peer:alice"))!.Value.TotalSeconds, 5, 15);
        Assert.InRange((await Server.Raw.KeyTimeToLiveAsync("chat:claim:alice"))!.Value.TotalDays, 29.9, 30);
    }

    [Fact]
    public async Task Renewing_restores_a_lost_claim()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await Server.Raw.KeyDeleteAsync("chat:claim:alice");

        Assert.True(await RenewAsync(lease));

        Assert.Equal(new Claim("alice", lease.Fingerprint, 1), await Directory.FindClaimAsync("alice", Cancellation));
    }

    [Fact]
    public async Task A_registration_is_not_renewed_after_another_key_got_the_name()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await Server.Raw.HashSetAsync("chat:claim:alice", "fingerprint", NewKey());

        Assert.False(await RenewAsync(lease));
        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(lease)).Outcome);
    }

    [Fact]
    public async Task A_holder_whose_lease_expired_can_neither_renew_nor_delete()
    {
        var names = Server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(200) });
        var paused = NewLease("alice", port: 7001);
        await names.RegisterAsync(paused, 0, null, Cancellation);
        await Until.True("the lease has expired", async () => await names.LookUpAsync("alice", Cancellation) is null);

        Assert.False(await names.RenewAsync(paused, version: "", Cancellation) is not null);
        Assert.Null(await names.LookUpAsync("alice", Cancellation));

        var successor = NewLease("alice", paused.Fingerprint, port: 7002);
        await RegisterAsync(successor);
        Assert.False(await names.RenewAsync(paused, version: "", Cancellation) is not null);
        Assert.False(await names.UnregisterAsync(paused, Cancellation));
        Assert.Equal(7002, (await Directory.LookUpAsync("alice", Cancellation))!.Address.Port);
        Assert.Equal(["alice"], await ListedAsync());
    }

    private async Task RaceAsync(int rounds)
    {
        const int clients = 200;
        var connections = Enumerable.Range(0, 10).Select(_ => Server.Connect()).ToArray();
        foreach (var connection in connections)
        {
            await connection.ListNamesAsync(Cancellation);
        }

        for (var round = 0; round < rounds; round++)
        {
            var leases = Enumerable.Range(0, clients).Select(i => NewLease($"name-{round}", port: 7001 + i)).ToArray();
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var race = leases.Select(async (lease, i) =>
            {
                await start.Task;
                return await connections[i % connections.Length].RegisterAsync(lease, 0, null, Cancellation);
            }).ToArray();
            start.SetResult();
            var answers = await Task.WhenAll(race).DefaultTimeout();

            var winner = Assert.Single(Enumerable.Range(0, clients), i => answers[i].Outcome == RegistrationOutcome.Registered);
            Assert.All(answers.Where((_, i) => i != winner), a => Assert.Equal(new Registration(RegistrationOutcome.NameTaken, 0), a));
            var record = await Directory.LookUpAsync($"name-{round}", Cancellation);
            Assert.Equal(leases[winner].Address, record!.Address);
            Assert.Equal(leases[winner].Fingerprint, record.Fingerprint);
        }
    }
}
