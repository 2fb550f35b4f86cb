using System.Globalization;
using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

/// <summary>Who comes and goes is told as changes; all are listed only when those do not fit.</summary>
public sealed class PresenceChangesTests : DirectoryTest
{
    private const string Changes = "chat:changes";

    [Fact]
    public async Task Changes_are_told_without_listing_all()
    {
        await using var alice = new Onlooker("alice", Directory);
        var bob = NewLease("bob");
        await RegisterAsync(bob);
        await RegisterAsync(NewLease("carol"));
        await RegisterAsync(NewLease("alice"));
        Assert.Equal(["+bob", "+carol", "!bob", "!carol"], await alice.AskAsync(Cancellation));
        Assert.Equal(1, await ListingsAsync());

        await Directory.UnregisterAsync(bob, Cancellation);
        await RegisterAsync(NewLease("dora"));
        Assert.Equal(["-bob", "+dora", "!dora"], await alice.AskAsync(Cancellation));
        Assert.Empty(await alice.AskAsync(Cancellation));
        Assert.Equal(["alice", "carol", "dora"], await alice.Online.ListAsync(Cancellation));

        Assert.Equal(1, await ListingsAsync());
    }

    [Fact]
    public async Task A_renewal_tells_the_changes()
    {
        await using var alice = new Onlooker("alice", Directory);
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await alice.Online.ListAsync(Cancellation);
        await RegisterAsync(NewLease("bob"));

        Assert.Equal(["+bob", "!bob"], await RenewAsync(alice, lease));
        Assert.Empty(await RenewAsync(alice, lease));
        Assert.Equal(1, await ListingsAsync());
    }

    [Fact]
    public async Task A_new_registration_of_a_listed_user_is_told_to_the_rooms_alone()
    {
        await using var alice = new Onlooker("alice", Directory);
        var bob = NewLease("bob");
        await RegisterAsync(bob);
        await alice.AskAsync(Cancellation);

        await RegisterAsync(bob);
        Assert.Empty(await alice.AskAsync(Cancellation));
        await RegisterAsync(NewLease("bob", bob.Fingerprint, port: 7002));
        Assert.Equal(["!bob"], await alice.AskAsync(Cancellation));
    }

    [Theory]
    [InlineData("XTRIM", Changes, "MAXLEN", "0")]
    [InlineData("DEL", Changes)]
    [InlineData("SET", Changes, "x")]
    public async Task A_version_that_is_gone_costs_one_listing(string command, params string[] arguments)
    {
        await using var alice = new Onlooker("alice", Directory);
        var bob = NewLease("bob");
        await RegisterAsync(bob);
        await alice.AskAsync(Cancellation);

        await Directory.UnregisterAsync(bob, Cancellation);
        await RegisterAsync(NewLease("carol"));
        await Server.Raw.ExecuteAsync(command, [.. arguments]);
        Assert.Equal(["-bob", "+carol", "!carol"], await alice.AskAsync(Cancellation));
        Assert.Equal(2, await ListingsAsync());

        await RegisterAsync(NewLease("dora"));
        Assert.Equal(["+dora", "!dora"], await alice.AskAsync(Cancellation));
        Assert.Equal(2, await ListingsAsync());
    }

    [Fact]
    public async Task After_a_loss_of_all_data_all_are_listed()
    {
        await using var alice = new Onlooker("alice", Directory);
        await RegisterAsync(NewLease("bob"));
        await alice.AskAsync(Cancellation);

        await Server.Raw.ExecuteAsync("FLUSHALL");
        await RegisterAsync(NewLease("carol"));

        Assert.Equal(["-bob", "+carol", "!carol"], await alice.AskAsync(Cancellation));
    }

    [Fact]
    public async Task Who_missed_more_than_an_answer_has_lists_all()
    {
        await using var alice = new Onlooker("alice", Directory);
        await RegisterAsync(NewLease("bob"));
        await alice.AskAsync(Cancellation);

        var users = Enumerable.Range(0, 501).Select(i => $"user-{i:000}").ToArray();
        await Task.WhenAll(users.Select(user => RegisterAsync(NewLease(user)))).DefaultTimeout();

        Assert.Equal([.. users.Select(user => $"+{user}")], (await alice.AskAsync(Cancellation)).Take(501));
        Assert.Equal(2, await ListingsAsync());
    }

    [Fact]
    public async Task A_user_of_a_program_that_tells_no_changes_is_noticed()
    {
        await using var alice = new Onlooker("alice", Directory);
        await RegisterAsync(NewLease("bob"));
        await alice.AskAsync(Cancellation);

        await WriteUntoldAsync("eve");
        Assert.Equal(["+eve", "!eve"], await alice.AskAsync(Cancellation));
        await Server.Raw.SortedSetRemoveAsync("chat:peers", "eve");
        Assert.Equal(["-eve"], await alice.AskAsync(Cancellation));
    }

    [Fact]
    public async Task Two_untold_changes_that_leave_the_number_as_it_was_are_noticed_later()
    {
        await using var alice = new Onlooker("alice", Directory);
        var lease = NewLease("alice");
        await RegisterAsync(lease);
        await WriteUntoldAsync("eve");
        await alice.AskAsync(Cancellation);

        await Server.Raw.SortedSetRemoveAsync("chat:peers", "eve");
        await WriteUntoldAsync("mallory");
        var seen = new List<string>();
        for (var renewal = 0; renewal < 12; renewal++)
        {
            Assert.Empty(seen);
            seen.AddRange(await RenewAsync(alice, lease));
        }

        Assert.Equal(["-eve", "+mallory", "!mallory"], seen);
    }

    [Fact]
    public async Task An_ended_lease_is_told_once_no_matter_who_removes_it()
    {
        await using var alice = new Onlooker("alice", Directory);
        await using var carol = new Onlooker("carol", Server.Connect());
        var brief = Server.Connect(new NameServerOptions { Lease = TimeSpan.FromMilliseconds(500) });
        await brief.RegisterAsync(NewLease("bob"), 0, null, Cancellation);
        await Task.WhenAll(alice.Online.ListAsync(Cancellation), carol.Online.ListAsync(Cancellation));

        await Until.True("bob's lease has ended", async () =>
        {
            var lists = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? alice : carol).Online.ListAsync(Cancellation)));
            return lists.All(list => list.Count == 0);
        });

        Assert.Equal(["+bob", "-bob", "!bob"], await alice.SeenAsync());
        Assert.Equal(["+bob", "-bob", "!bob"], await carol.SeenAsync());
        Assert.Equal(["bob registered", "bob lapsed"], await ToldAsync());
    }

    [Fact]
    public async Task The_stream_says_who_came_and_went_and_how()
    {
        var bob = NewLease("bob");
        await RegisterAsync(bob);
        await RegisterAsync(bob);
        Assert.True(await RenewAsync(bob));
        await RegisterAsync(NewLease("bob", bob.Fingerprint));
        Assert.False(await Directory.UnregisterAsync(bob, Cancellation));
        var carol = NewLease("carol");
        await RegisterAsync(carol);
        await Directory.UnregisterAsync(carol, Cancellation);

        Assert.Equal(["bob registered", "bob registered", "carol registered", "carol unregistered"], await ToldAsync());
    }

    [Fact]
    public async Task Forged_changes_have_no_effect()
    {
        await using var alice = new Onlooker("alice", Directory);
        await RegisterAsync(NewLease("bob"));
        await alice.AskAsync(Cancellation);

        await Server.Raw.StreamAddAsync(Changes, [new("user", "bob"), new("what", "unregistered")]);
        await Server.Raw.StreamAddAsync(Changes, [new("user", "mallory"), new("what", "registered")]);
        await Server.Raw.StreamAddAsync(Changes, [new("x", "\u001b[2J")]);
        await Server.Raw.StreamAddAsync(Changes, [new("", ""), new("what", "gone")]);

        Assert.Empty(await alice.AskAsync(Cancellation));
        Assert.Equal(["bob"], await alice.Online.ListAsync(Cancellation));
        Assert.Equal(1, await ListingsAsync());
    }

    [Fact]
    public async Task What_is_no_name_is_counted_but_never_told()
    {
        await using var alice = new Onlooker("alice", Directory);
        await WriteUntoldAsync("Bob");
        await RegisterAsync(NewLease("carol"));
        Assert.Equal(["+carol", "!carol"], await alice.AskAsync(Cancellation));
        await RegisterAsync(NewLease("dora"));

        Assert.Equal(["+dora", "!dora"], await alice.AskAsync(Cancellation));
        Assert.Equal(1, await ListingsAsync());
    }

    [Fact]
    public async Task A_listed_user_without_a_record_is_removed()
    {
        await using var alice = new Onlooker("alice", Directory);
        await RegisterAsync(NewLease("bob"));
        await Server.Raw.SortedSetAddAsync("chat:peers", "ghost", 4e12);

        await Until.Sequence("the ghost is gone", ["bob"], async () => await alice.Online.ListAsync(Cancellation));
        Assert.Equal(1, await Server.Raw.SortedSetLengthAsync("chat:peers"));
    }

    [Fact]
    public async Task A_client_that_may_not_use_the_stream_lists_all()
    {
        await Server.Raw.ExecuteAsync(
            "ACL", "SETUSER", "old", "on", ">secret", "~chat:*", "-@all", "+@connection", "+@hash", "+@set", "+@sortedset", "+@string",
            "+eval", "+del", "+exists", "+pexpire", "+type", "+time", "+info", "+subscribe");
        var names = Server.Connect(connectionString: $"{Server.Redis.ConnectionString},user=old,password=secret");
        await using var alice = new Onlooker("alice", names);
        var lease = NewLease("alice");
        await names.RegisterAsync(lease, 0, null, Cancellation);
        Assert.Empty(await alice.AskAsync(Cancellation));

        await RegisterAsync(NewLease("bob"));
        Assert.NotNull(await names.RenewAsync(lease, alice.Online.Version, Cancellation));
        Assert.Equal(["+bob", "!bob"], await alice.AskAsync(Cancellation));
        Assert.True(await names.UnregisterAsync(lease, Cancellation));
    }

    private async Task<IReadOnlyList<string>> RenewAsync(Onlooker onlooker, Lease lease)
    {
        var version = onlooker.Online.Version;
        await onlooker.Online.TakeAsync(version, (await Directory.RenewAsync(lease, version, Cancellation))!, Cancellation);
        return await onlooker.SeenAsync();
    }

    // As other programs register users, who know nothing of the stream.
    private async Task WriteUntoldAsync(string user)
    {
        await Server.Raw.HashSetAsync(
            $"chat:peer:{user}", [new("address", "https://127.0.0.1:1"), new("fingerprint", NewKey()), new("epoch", 1), new("since", 1)]);
        await Server.Raw.SortedSetAddAsync("chat:peers", user, 4e12);
    }

    private async Task<IEnumerable<string>> ToldAsync() =>
        (await Server.Raw.StreamRangeAsync(Changes)).Select(entry => $"{entry["user"]} {entry["what"]}");

    // Only a listing uses this command.
    private async Task<int> ListingsAsync()
    {
        var stats = (string)(await Server.Raw.ExecuteAsync("INFO", "commandstats"))!;
        return stats.Split("cmdstat_zrange:calls=") is [_, var rest]
            ? int.Parse(rest.Split(',')[0], CultureInfo.InvariantCulture)
            : 0;
    }
}
