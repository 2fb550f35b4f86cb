using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using StackExchange.Redis;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

/// <summary>What is found and listed, and calls that fail.</summary>
public sealed class PresenceDirectoryTests : DirectoryTest
{
    [Fact]
    public async Task A_registered_user_is_found_and_listed()
    {
        var lease = NewLease("alice", port: 7123);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);

        var registration = await RegisterAsync(lease);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 1), registration);
        var record = await Directory.LookUpAsync("alice", Cancellation);
        Assert.NotNull(record);
        Assert.Equal(new PeerRecord("alice", new Uri("https://127.0.0.1:7123"), lease.Fingerprint, 1, record.Since), record);
        Assert.InRange(record.Since, before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(TimeSpan.Zero, record.Since.Offset);
        Assert.Equal(new Claim("alice", lease.Fingerprint, 1), await Directory.FindClaimAsync("alice", Cancellation));
        Assert.Equal([record], await ListAsync());
    }

    [Fact]
    public async Task The_keys_are_those_of_the_protocol()
    {
        var lease = NewLease("alice", port: 7123);
        await RegisterAsync(lease);

        var peer = (await Server.Raw.HashGetAllAsync("chat:peer:alice")).ToDictionary(f => (string)f.Name!, f => (string)f.Value!);
        Assert.Equal(["address", "epoch", "fingerprint", "lease", "since"], peer.Keys.Order());
        Assert.Equal("https://127.0.0.1:7123", peer["address"]);
        Assert.Equal(lease.Token, peer["lease"]);
        Assert.Equal("1", peer["epoch"]);
        var claim = (await Server.Raw.HashGetAllAsync("chat:claim:alice")).ToDictionary(f => (string)f.Name!, f => (string)f.Value!);
        Assert.Equal(["epoch", "fingerprint"], claim.Keys.Order());
        Assert.InRange((await Server.Raw.KeyTimeToLiveAsync("chat:peer:alice"))!.Value.TotalSeconds, 5, 15);
        Assert.InRange((await Server.Raw.KeyTimeToLiveAsync("chat:claim:alice"))!.Value.TotalDays, 29.9, 30);
        var end = await Server.Raw.SortedSetScoreAsync("chat:peers", "alice");
        Assert.InRange(end!.Value - long.Parse(peer["since"]), 15_000, 15_000);
    }

    [Fact]
    public async Task The_list_is_alphabetical_and_omits_users_with_an_expired_lease()
    {
        var brief = Server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(300) });
        foreach (var user in new[] { "zoe", "bob", "alice", "al-2" })
        {
            await RegisterAsync(NewLease(user));
        }

        await brief.RegisterAsync(NewLease("crashed"), 0, null, Cancellation);
        await Until.Sequence("the crashed user is not listed", ["al-2", "alice", "bob", "zoe"], async () => await ListedAsync());
        Assert.Equal(4, await Server.Raw.SortedSetLengthAsync("chat:peers"));

        // A user is not listed after the lease, nor without a record before that.
        await Server.Raw.SortedSetAddAsync("chat:peers", "alice", 1);
        await Server.Raw.KeyDeleteAsync("chat:peer:bob");
        Assert.Equal(["al-2", "zoe"], await ListedAsync());
        Assert.Equal(2, await Server.Raw.SortedSetLengthAsync("chat:peers"));
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
        await Server.Raw.ExecuteAsync("FLUSHALL");

        var answer = await Directory.RegisterAsync(lease, minimumEpoch: 2, null, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, 3), answer);
        Assert.Equal(3, (await Directory.FindClaimAsync("alice", Cancellation))!.Epoch);
    }

    [Fact]
    public async Task Calls_succeed_after_the_server_has_forgotten_its_scripts()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await Server.Raw.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.True(await RenewAsync(lease));
    }

    [Fact]
    public async Task A_call_fails_clearly_without_the_server_and_works_after_its_return()
    {
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await Server.Redis.KillAsync();

        await AssertUnavailableAsync(() => Directory.ListNamesAsync(Cancellation));
        await AssertUnavailableAsync(() => Directory.LookUpAsync("alice", Cancellation));
        await AssertUnavailableAsync(() => Directory.FindClaimAsync("alice", Cancellation));
        await AssertUnavailableAsync(() => RenewAsync(lease));
        await AssertUnavailableAsync(() => RegisterAsync(lease));
        await AssertUnavailableAsync(() => Directory.UnregisterAsync(lease, Cancellation));

        await Server.Redis.RestartAsync();
        await Until.Sequence("alice is listed again", ["alice"], async () => await ListedAsync(), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_call_to_a_silent_server_ends_at_the_timeout()
    {
        var names = Server.Connect(callTimeout: TimeSpan.FromMilliseconds(300));
        await Until.True("the server answers", async () => (await names.ListNamesAsync(Cancellation)).Names.Count == 0);
        Server.Redis.Pause();

        await AssertUnavailableAsync(() => names.ListNamesAsync(Cancellation)).DefaultTimeout(TimeSpan.FromSeconds(10));

        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => names.ListNamesAsync(impatient.Token));
        Server.Redis.Resume();
        await Until.True("the server answers again", async () => (await names.ListNamesAsync(Cancellation)).Names.Count == 0);
    }

    [Fact]
    public async Task A_wrong_password_is_reported_clearly()
    {
        await using var locked = await NameServer.StartAsync("right");

        await AssertUnavailableAsync(() => locked.Connect(connectionString: $"127.0.0.1:{locked.Redis.Port},password=wrong").ListNamesAsync(Cancellation));
        await AssertUnavailableAsync(() => locked.Connect(connectionString: $"127.0.0.1:{locked.Redis.Port}").ListNamesAsync(Cancellation));
        Assert.Empty((await locked.Connect().ListNamesAsync(Cancellation)).Names);
    }

    private static async Task AssertUnavailableAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<ChatException>(call).DefaultTimeout();
        Assert.Equal(ChatFault.Unavailable, refusal.Fault);
        Assert.StartsWith("The name server (Redis) ", refusal.Message);
    }
}
