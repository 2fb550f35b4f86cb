using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using StackExchange.Redis;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

public sealed class PresenceDirectoryTests : IAsyncLifetime
{
    private NameServer _server = null!;
    private PresenceDirectory _names = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await NameServer.StartAsync();
        _names = _server.Connect();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_registered_user_is_found_and_listed()
    {
        var lease = NewLease("alice", port: 7123);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);

        var registration = await RegisterAsync(lease);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 1), registration);
        var record = await _names.LookUpAsync("alice", Cancellation);
        Assert.NotNull(record);
        Assert.Equal(new PeerRecord("alice", new Uri("https://127.0.0.1:7123"), lease.Fingerprint, 1, record.Since), record);
        Assert.InRange(record.Since, before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, record.Since.Offset);
        Assert.Equal(new Claim("alice", lease.Fingerprint, 1), await _names.FindClaimAsync("alice", Cancellation));
        Assert.Equal([record], await _names.ListAsync(Cancellation));
    }

    [Fact]
    public async Task The_keys_are_those_of_the_protocol()
    {
        var lease = NewLease("alice", port: 7123);
        await RegisterAsync(lease);

        var peer = (await _server.Raw.HashGetAllAsync("chat:peer:alice")).ToDictionary(f => (string)f.Name!, f => (string)f.Value!);
        Assert.Equal(["address", "epoch", "fingerprint", "lease", "since"], peer.Keys.Order());
        Assert.Equal("https://127.0.0.1:7123", peer["address"]);
        Assert.Equal(lease.Token, peer["lease"]);
        Assert.Equal("1", peer["epoch"]);
        var claim = (await _server.Raw.HashGetAllAsync("chat:claim:alice")).ToDictionary(f => (string)f.Name!, f => (string)f.Value!);
        Assert.Equal(["epoch", "fingerprint"], claim.Keys.Order());
        Assert.InRange((await _server.Raw.KeyTimeToLiveAsync("chat:peer:alice"))!.Value.TotalSeconds, 5, 15);
        Assert.InRange((await _server.Raw.KeyTimeToLiveAsync("chat:claim:alice"))!.Value.TotalDays, 29.9, 30);
        var end = await _server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        Assert.InRange(end!.Value - long.Parse(peer["since"]), 15_000, 15_000);
    }

    [Fact]
    public async Task The_name_server_says_how_long_it_has_kept_its_data()
    {
        Assert.Equal(TimeSpan.Zero, await _names.AgeAsync(Cancellation));
        await Until.True(
            "the age of the data has grown", async () => await _names.AgeAsync(Cancellation) >= TimeSpan.FromMilliseconds(300));
        await _server.Redis.RestartAsync();
        await Until.True(
            "the data keeps its age over a restart", async () => await _names.AgeAsync(Cancellation) >= TimeSpan.FromMilliseconds(300));

        await _server.Raw.ExecuteAsync("FLUSHALL");
        Assert.Equal(TimeSpan.Zero, await _names.AgeAsync(Cancellation));
    }

    [Theory]
    [InlineData("tomorrow")]
    [InlineData("99999999999999")]
    [InlineData("-1")]
    [InlineData("nan")]
    public async Task A_correct_start_time_replaces_a_forged_one(string forged)
    {
        await _server.Raw.StringSetAsync("chat:since", forged);
        Assert.Equal(TimeSpan.Zero, await _names.AgeAsync(Cancellation));
        await Until.True("the data has an age above zero", async () => await _names.AgeAsync(Cancellation) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_correct_start_time_replaces_one_of_another_type()
    {
        await _server.Raw.ListRightPushAsync("chat:since", "1");
        Assert.Equal(TimeSpan.Zero, await _names.AgeAsync(Cancellation));
    }

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

        Assert.False(await _names.RenewAsync(crashed, Cancellation));
        Assert.False(await _names.UnregisterAsync(crashed, Cancellation));
        Assert.Equal(7002, (await _names.LookUpAsync("alice", Cancellation))!.Address.Port);
        Assert.True(await _names.RenewAsync(successor, Cancellation));
    }

    [Fact]
    public async Task Registering_again_with_the_same_lease_is_the_same_registration()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        var first = await _names.LookUpAsync("alice", Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 1), await RegisterAsync(lease));

        Assert.Equal(first, await _names.LookUpAsync("alice", Cancellation));
    }

    [Fact]
    public async Task A_registration_does_not_replace_a_newer_process_if_told_so()
    {
        var paused = NewLease("alice", port: 7001);
        await RegisterAsync(paused);
        var successor = NewLease("alice", paused.Fingerprint, port: 7002);
        await RegisterAsync(successor);
        var before = await _names.LookUpAsync("alice", Cancellation);

        var answer = await _names.RegisterAsync(paused, 1, yieldAbove: 1, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Superseded, 2), answer);
        Assert.Equal(before, await _names.LookUpAsync("alice", Cancellation));
        Assert.True(await _names.RenewAsync(successor, Cancellation));

        // Not newer than the caller has been: a leftover, for example of a Redis that came back with older data.
        Assert.Equal(
            new Registration(RegistrationOutcome.Registered, 3), await _names.RegisterAsync(paused, 2, yieldAbove: 2, Cancellation));
    }

    [Fact]
    public async Task Another_key_is_refused_online_and_while_the_claim_lasts()
    {
        var alice = NewLease("alice");
        await RegisterAsync(alice);
        var mallory = NewLease("alice", port: 6666);

        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(mallory)).Outcome);
        Assert.False(await _names.RenewAsync(mallory, Cancellation));
        Assert.False(await _names.UnregisterAsync(mallory, Cancellation));

        Assert.True(await _names.UnregisterAsync(alice, Cancellation));
        Assert.Null(await _names.LookUpAsync("alice", Cancellation));
        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(mallory)).Outcome);
        Assert.Null(await _names.LookUpAsync("alice", Cancellation));
        Assert.Equal(alice.Fingerprint, (await _names.FindClaimAsync("alice", Cancellation))!.Fingerprint);
    }

    [Fact]
    public async Task Another_key_is_refused_while_the_record_lasts_without_a_claim()
    {
        await RegisterAsync(NewLease("alice"));
        await _server.Raw.KeyDeleteAsync("chat:claim:alice");

        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(NewLease("alice"))).Outcome);
    }

    [Fact]
    public async Task A_name_is_free_when_its_claim_has_expired()
    {
        var names = _server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(300), ClaimFor = TimeSpan.FromMilliseconds(600) });
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
        var end = await _server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        await _server.Raw.KeyExpireAsync("chat:claim:alice", TimeSpan.FromHours(1));
        await _server.Raw.KeyExpireAsync("chat:peer:alice", TimeSpan.FromHours(1));

        await Until.True(
            "a renewal moves the lease's end",
            async () => await _names.RenewAsync(lease, Cancellation) && await _server.Raw.SortedSetScoreAsync("chat:peers", "alice") > end);

        Assert.InRange((await _server.Raw.KeyTimeToLiveAsync("chat:peer:alice"))!.Value.TotalSeconds, 5, 15);
        Assert.InRange((await _server.Raw.KeyTimeToLiveAsync("chat:claim:alice"))!.Value.TotalDays, 29.9, 30);
    }

    [Fact]
    public async Task Renewing_restores_a_lost_claim()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await _server.Raw.KeyDeleteAsync("chat:claim:alice");

        Assert.True(await _names.RenewAsync(lease, Cancellation));

        Assert.Equal(new Claim("alice", lease.Fingerprint, 1), await _names.FindClaimAsync("alice", Cancellation));
    }

    [Fact]
    public async Task A_registration_is_not_renewed_after_another_key_got_the_name()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await _server.Raw.HashSetAsync("chat:claim:alice", "fingerprint", NewKey());

        Assert.False(await _names.RenewAsync(lease, Cancellation));
        Assert.Equal(RegistrationOutcome.NameTaken, (await RegisterAsync(lease)).Outcome);
    }

    [Fact]
    public async Task A_holder_whose_lease_expired_can_neither_renew_nor_delete()
    {
        var names = _server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(200) });
        var paused = NewLease("alice", port: 7001);
        await names.RegisterAsync(paused, 0, null, Cancellation);
        await Until.True("the lease has expired", async () => await names.LookUpAsync("alice", Cancellation) is null);

        Assert.False(await names.RenewAsync(paused, Cancellation));
        Assert.Null(await names.LookUpAsync("alice", Cancellation));

        var successor = NewLease("alice", paused.Fingerprint, port: 7002);
        await RegisterAsync(successor);
        Assert.False(await names.RenewAsync(paused, Cancellation));
        Assert.False(await names.UnregisterAsync(paused, Cancellation));
        Assert.Equal(7002, (await _names.LookUpAsync("alice", Cancellation))!.Address.Port);
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task The_list_is_alphabetical_and_omits_users_with_an_expired_lease()
    {
        var brief = _server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(300) });
        foreach (var user in new[] { "zoe", "bob", "alice", "al-2" })
        {
            await RegisterAsync(NewLease(user));
        }

        await brief.RegisterAsync(NewLease("crashed"), 0, null, Cancellation);
        await Until.Sequence("the crashed user is not listed", ["al-2", "alice", "bob", "zoe"], async () => await ListedAsync());
        Assert.Equal(4, await _server.Raw.SortedSetLengthAsync("chat:peers"));

        // A user is not listed after the lease, nor without a record before that.
        await _server.Raw.SortedSetAddAsync("chat:peers", "alice", 1);
        await _server.Raw.KeyDeleteAsync("chat:peer:bob");
        Assert.Equal(["al-2", "zoe"], await ListedAsync());
        Assert.Equal(2, await _server.Raw.SortedSetLengthAsync("chat:peers"));
    }

    [Fact]
    public async Task A_list_of_a_thousand_arrives_whole()
    {
        var users = Enumerable.Range(0, 1_000).Select(i => $"user-{i:0000}").ToArray();
        await Task.WhenAll(users.Select(user => RegisterAsync(NewLease(user)))).DefaultTimeout();

        Assert.Equal(users, await ListedAsync());
    }

    [Fact]
    public async Task The_epoch_rises_after_the_server_lost_everything()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await RegisterAsync(NewLease("alice", lease.Fingerprint));
        await _server.Raw.ExecuteAsync("FLUSHALL");

        var answer = await _names.RegisterAsync(lease, minimumEpoch: 2, null, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 3), answer);
        Assert.Equal(3, (await _names.FindClaimAsync("alice", Cancellation))!.Epoch);
    }

    [Theory]
    [InlineData("41", 42)]
    [InlineData("4503599627370495", 4503599627370496)]
    [InlineData("4503599627370496", 8)]
    [InlineData("9007199254740991", 8)]
    [InlineData("9e99", 8)]
    [InlineData("-5", 8)]
    [InlineData("1.5", 8)]
    [InlineData("inf", 8)]
    [InlineData("nan", 8)]
    [InlineData("", 8)]
    [InlineData("'); redis.call('FLUSHALL') --", 8)]
    public async Task A_forged_epoch_neither_blocks_nor_lowers_the_next_one(string forged, long expected)
    {
        var lease = NewLease("alice");
        await _server.Raw.HashSetAsync("chat:claim:alice", [new("fingerprint", lease.Fingerprint), new("epoch", forged)]);

        var answer = await _names.RegisterAsync(lease, minimumEpoch: 7, null, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, expected), answer);
        Assert.Equal(expected, (await _names.LookUpAsync("alice", Cancellation))!.Epoch);
        Assert.Equal(expected + 1, (await RegisterAsync(NewLease("alice", lease.Fingerprint), minimumEpoch: expected)).Epoch);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7001", "https")]
    [InlineData("https://127.0.0.1", "no port")]
    [InlineData("https://169.254.169.254:80", "link-local")]
    [InlineData("https://0.0.0.0:7001", "unspecified")]
    [InlineData("https://239.1.1.1:7001", "multicast")]
    public async Task An_impossible_address_is_refused_with_the_reason(string address, string reason)
    {
        await RegisterAsync(NewLease("alice"));
        await RegisterAsync(NewLease("bob"));
        await _server.Raw.HashSetAsync("chat:peer:bob", "address", address);

        var refusal = await Assert.ThrowsAsync<ChatException>(() => _names.LookUpAsync("bob", Cancellation));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_renewal_corrects_every_forged_field()
    {
        var lease = NewLease("bob");
        await RegisterAsync(lease);
        var before = await FieldsAsync();
        await _server.Raw.HashSetAsync("chat:peer:bob",
        [
            new("address", "https://192.0.2.1:443"), new("fingerprint", NewKey()), new("epoch", "77"), new("since", "1"),
        ]);

        Assert.True(await _names.RenewAsync(lease, Cancellation));
        Assert.Equal(before, await FieldsAsync());

        async Task<IEnumerable<string>> FieldsAsync() =>
            (await _server.Raw.HashGetAllAsync("chat:peer:bob")).Select(field => $"{field.Name}={field.Value}").Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("address", "")]
    [InlineData("fingerprint", "00")]
    [InlineData("epoch", "0")]
    [InlineData("epoch", "9e99")]
    [InlineData("since", "yesterday")]
    public async Task A_malformed_record_is_skipped_and_the_others_are_listed(string field, string value)
    {
        await RegisterAsync(NewLease("alice"));
        await RegisterAsync(NewLease("bob"));
        await _server.Raw.HashSetAsync("chat:peer:bob", field, value);

        Assert.Null(await _names.LookUpAsync("bob", Cancellation));
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Theory]
    [InlineData("address")]
    [InlineData("fingerprint")]
    [InlineData("epoch")]
    [InlineData("since")]
    public async Task A_record_without_a_field_is_skipped(string field)
    {
        await RegisterAsync(NewLease("alice"));
        await RegisterAsync(NewLease("bob"));
        await _server.Raw.HashDeleteAsync("chat:peer:bob", field);

        Assert.Null(await _names.LookUpAsync("bob", Cancellation));
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_key_of_another_type_counts_as_a_malformed_record()
    {
        await RegisterAsync(NewLease("alice"));
        await _server.Raw.StringSetAsync("chat:peer:bob", "http://evil");
        await _server.Raw.StringSetAsync("chat:claim:bob", "mine");
        await _server.Raw.SortedSetAddAsync("chat:peers", "bob", 4e12);

        Assert.Null(await _names.LookUpAsync("bob", Cancellation));
        Assert.Null(await _names.FindClaimAsync("bob", Cancellation));
        Assert.Equal(["alice"], await ListedAsync());

        Assert.Equal(RegistrationOutcome.Registered, (await RegisterAsync(NewLease("bob"))).Outcome);
        Assert.Equal(["alice", "bob"], await ListedAsync());
    }

    [Theory]
    [InlineData("chat:claim:bob", true)]
    [InlineData("chat:peer:bob", false)]
    [InlineData("chat:peers", true)]
    public async Task A_key_of_another_type_blocks_neither_a_renewal_nor_a_registration(string key, bool isRenewed)
    {
        var lease = NewLease("bob");
        await RegisterAsync(lease);
        await _server.Raw.StringSetAsync(key, "x");
        Assert.Equal(isRenewed, await _names.RenewAsync(lease, Cancellation));
        Assert.Equal(RegistrationOutcome.Registered, (await RegisterAsync(lease)).Outcome);
        Assert.Equal(["bob"], await ListedAsync());
        Assert.Equal(lease.Fingerprint, (await _names.FindClaimAsync("bob", Cancellation))?.Fingerprint);

        await _server.Raw.StringSetAsync(key, "x");
        Assert.Equal(isRenewed, await _names.UnregisterAsync(lease, Cancellation));
    }

    [Fact]
    public async Task A_listing_of_another_type_counts_as_empty()
    {
        await _server.Raw.StringSetAsync("chat:peers", "x");
        Assert.Empty(await ListedAsync());
    }

    [Fact]
    public async Task A_listed_user_with_an_invalid_name_is_skipped()
    {
        var alice = NewLease("alice");
        await RegisterAsync(alice);
        foreach (var forged in new[] { "Alice", "../x", "a b", "", "\u001b[2J", new string('a', 33), "bob:x" })
        {
            await _server.Raw.HashSetAsync(
                $"chat:peer:{forged}",
                [new("address", "https://127.0.0.1:1"), new("fingerprint", NewKey()), new("epoch", 1), new("since", 1)]);
            await _server.Raw.SortedSetAddAsync("chat:peers", forged, 4e12);
        }

        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_malformed_claim_counts_as_no_claim()
    {
        await _server.Raw.HashSetAsync("chat:claim:bob", [new("fingerprint", "00"), new("epoch", 1)]);
        await _server.Raw.HashSetAsync("chat:claim:cem", [new("fingerprint", NewKey()), new("epoch", "x")]);

        Assert.Null(await _names.FindClaimAsync("bob", Cancellation));
        Assert.Null(await _names.FindClaimAsync("cem", Cancellation));
        Assert.Null(await _names.FindClaimAsync("dora", Cancellation));
    }

    [Fact]
    public async Task Calls_succeed_after_the_server_has_forgotten_its_scripts()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await _server.Raw.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.True(await _names.RenewAsync(lease, Cancellation));
    }

    [Fact]
    public async Task A_call_fails_clearly_without_the_server_and_works_after_its_return()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await _server.Redis.KillAsync();

        await AssertUnavailableAsync(() => _names.ListAsync(Cancellation));
        await AssertUnavailableAsync(() => _names.LookUpAsync("alice", Cancellation));
        await AssertUnavailableAsync(() => _names.FindClaimAsync("alice", Cancellation));
        await AssertUnavailableAsync(() => _names.RenewAsync(lease, Cancellation));
        await AssertUnavailableAsync(() => RegisterAsync(lease));
        await AssertUnavailableAsync(() => _names.UnregisterAsync(lease, Cancellation));

        await _server.Redis.RestartAsync();
        await Until.Sequence("alice is listed again", ["alice"], async () => await ListedAsync(), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_call_to_a_silent_server_ends_at_the_timeout()
    {
        var names = _server.Connect(callTimeout: TimeSpan.FromMilliseconds(300));
        await Until.True("the server answers", async () => (await names.ListAsync(Cancellation)).Count == 0);
        _server.Redis.Pause();

        await AssertUnavailableAsync(() => names.ListAsync(Cancellation)).DefaultTimeout(TimeSpan.FromSeconds(10));

        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => names.ListAsync(impatient.Token));
        _server.Redis.Resume();
        await Until.True("the server answers again", async () => (await names.ListAsync(Cancellation)).Count == 0);
    }

    [Fact]
    public async Task A_wrong_password_is_reported_clearly()
    {
        await using var locked = await NameServer.StartAsync("right");

        await AssertUnavailableAsync(() => locked.Connect(connectionString: $"127.0.0.1:{locked.Redis.Port},password=wrong").ListAsync(Cancellation));
        await AssertUnavailableAsync(() => locked.Connect(connectionString: $"127.0.0.1:{locked.Redis.Port}").ListAsync(Cancellation));
        Assert.Empty(await locked.Connect().ListAsync(Cancellation));
    }

    private async Task RaceAsync(int rounds)
    {
        const int clients = 200;
        var connections = Enumerable.Range(0, 10).Select(_ => _server.Connect()).ToArray();
        foreach (var connection in connections)
        {
            await connection.ListAsync(Cancellation);
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
            var record = await _names.LookUpAsync($"name-{round}", Cancellation);
            Assert.Equal(leases[winner].Address, record!.Address);
            Assert.Equal(leases[winner].Fingerprint, record.Fingerprint);
        }
    }

    private static async Task AssertUnavailableAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<ChatException>(call).DefaultTimeout();
        Assert.Equal(ChatFault.Unavailable, refusal.Fault);
        Assert.StartsWith("The name server (Redis) ", refusal.Message);
    }

    private Task<Registration> RegisterAsync(Lease lease, long minimumEpoch = 0) =>
        _names.RegisterAsync(lease, minimumEpoch, yieldAbove: null, Cancellation);

    private async Task<IEnumerable<string>> ListedAsync() => (await _names.ListAsync(Cancellation)).Select(record => record.User);
}
