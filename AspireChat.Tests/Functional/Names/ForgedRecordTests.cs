using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.Names.NameServer;

namespace AspireChat.Tests.Functional.Names;

/// <summary>What others have written at the name server, by mistake or on purpose.</summary>
public sealed class ForgedRecordTests : DirectoryTest
{
    [Fact]
    public async Task The_name_server_says_how_long_it_has_kept_its_data()
    {
        Assert.Equal(TimeSpan.Zero, await Directory.AgeAsync(Cancellation));
        await Until.True(
            "the age of the data has grown", async () => await Directory.AgeAsync(Cancellation) >= TimeSpan.FromMilliseconds(300));
        await Server.Redis.RestartAsync();
        await Until.True(
            "the data keeps its age over a restart", async () => await Directory.AgeAsync(Cancellation) >= TimeSpan.FromMilliseconds(300));

        await Server.Raw.ExecuteAsync("FLUSHALL");
        Assert.Equal(TimeSpan.Zero, await Directory.AgeAsync(Cancellation));
    }

    [Theory]
    [InlineData("tomorrow")]
    [InlineData("99999999999999")]
    [InlineData("-1")]
    [InlineData("nan")]
    public async Task A_correct_start_time_replaces_a_forged_one(string forged)
    {
        await Server.Raw.StringSetAsync("chat:since", forged);
        Assert.Equal(TimeSpan.Zero, await Directory.AgeAsync(Cancellation));
        await Until.True("the data has an age above zero", async () => await Directory.AgeAsync(Cancellation) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_correct_start_time_replaces_one_of_another_type()
    {
        await Server.Raw.ListRightPushAsync("chat:since", "1");
        Assert.Equal(TimeSpan.Zero, await Directory.AgeAsync(Cancellation));
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
        await Server.Raw.HashSetAsync("chat:claim:alice", [new("fingerprint", lease.Fingerprint), new("epoch", forged)]);

        var answer = await Directory.RegisterAsync(lease, minimumEpoch: 7, null, Cancellation);

        Assert.Equal(new Registration(RegistrationOutcome.Registered, expected), answer);
        Assert.Equal(expected, (await Directory.LookUpAsync("alice", Cancellation))!.Epoch);
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
        await Server.Raw.HashSetAsync("chat:peer:bob", "address", address);

        var refusal = await Assert.ThrowsAsync<ChatException>(() => Directory.LookUpAsync("bob", Cancellation));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_renewal_corrects_every_forged_field()
    {
        var lease = NewLease("bob");
        await RegisterAsync(lease);
        var before = await FieldsAsync();
        await Server.Raw.HashSetAsync("chat:peer:bob",
        [
            new("address", "https://192.0.2.1:443"), new("fingerprint", NewKey()), new("epoch", "77"), new("since", "1"),
        ]);

        Assert.True(await RenewAsync(lease));
        Assert.Equal(before, await FieldsAsync());

        async Task<IEnumerable<string>> FieldsAsync() =>
            (await Server.Raw.HashGetAllAsync("chat:peer:bob")).Select(field => $"{field.Name}={field.Value}").Order(StringComparer.Ordinal);
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
        await Server.Raw.HashSetAsync("chat:peer:bob", field, value);

        Assert.Null(await Directory.LookUpAsync("bob", Cancellation));
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
        await Server.Raw.HashDeleteAsync("chat:peer:bob", field);

        Assert.Null(await Directory.LookUpAsync("bob", Cancellation));
        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_key_of_another_type_counts_as_a_malformed_record()
    {
        await RegisterAsync(NewLease("alice"));
        await Server.Raw.StringSetAsync("chat:peer:bob", "http://evil");
        await Server.Raw.StringSetAsync("chat:claim:bob", "mine");
        await Server.Raw.SortedSetAddAsync("chat:peers", "bob", 4e12);

        Assert.Null(await Directory.LookUpAsync("bob", Cancellation));
        Assert.Null(await Directory.FindClaimAsync("bob", Cancellation));
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
        await Server.Raw.StringSetAsync(key, "x");
        Assert.Equal(isRenewed, await RenewAsync(lease));
        Assert.Equal(RegistrationOutcome.Registered, (await RegisterAsync(lease)).Outcome);
        Assert.Equal(["bob"], await ListedAsync());
        Assert.Equal(lease.Fingerprint, (await Directory.FindClaimAsync("bob", Cancellation))?.Fingerprint);

        await Server.Raw.StringSetAsync(key, "x");
        Assert.Equal(isRenewed, await Directory.UnregisterAsync(lease, Cancellation));
    }

    [Fact]
    public async Task A_listing_of_another_type_counts_as_empty()
    {
        await Server.Raw.StringSetAsync("chat:peers", "x");
        Assert.Empty(await ListedAsync());
    }

    [Fact]
    public async Task A_listed_user_with_an_invalid_name_is_skipped()
    {
        var alice = NewLease("alice");
        await RegisterAsync(alice);
        foreach (var forged in new[] { "Alice", "../x", "a b", "", "\u001b[2J", new string('a', 33), "bob:x" })
        {
            await Server.Raw.HashSetAsync(
                $"chat:peer:{forged}",
                [new("address", "https://127.0.0.1:1"), new("fingerprint", NewKey()), new("epoch", 1), new("since", 1)]);
            await Server.Raw.SortedSetAddAsync("chat:peers", forged, 4e12);
        }

        Assert.Equal(["alice"], await ListedAsync());
    }

    [Fact]
    public async Task A_malformed_claim_counts_as_no_claim()
    {
        await Server.Raw.HashSetAsync("chat:claim:bob", [new("fingerprint", "00"), new("epoch", 1)]);
        await Server.Raw.HashSetAsync("chat:claim:cem", [new("fingerprint", NewKey()), new("epoch", "x")]);

        Assert.Null(await Directory.FindClaimAsync("bob", Cancellation));
        Assert.Null(await Directory.FindClaimAsync("cem", Cancellation));
        Assert.Null(await Directory.FindClaimAsync("dora", Cancellation));
    }
}
