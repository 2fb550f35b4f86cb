using AspireChat.Client.Groups;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>Which generation of a group the name server has, even after it has lost everything.</summary>
public sealed class GenerationTests : IAsyncLifetime
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task All_members_share_one_generation_until_the_last_unsubscribes()
    {
        var membership = Membership();
        var first = Generation.New();
        Assert.Equal([first], (await JoinAsync(membership, "alice", Entry.New, first)).Generations);
        Assert.Equal([first], (await JoinAsync(membership, "bob", Entry.New, Generation.New())).Generations);
        Assert.Equal([first], (await membership.DescribeAsync("chess", Never))!.Generations);

        await membership.GiveUpAsync("chess", "alice", [], Never);
        Assert.Equal([first], (await JoinAsync(membership, "alice", Entry.New, Generation.New())).Generations);
        await membership.GiveUpAsync("chess", "alice", [], Never);
        await membership.GiveUpAsync("chess", "bob", [], Never);
        var second = Generation.New();
        Assert.Equal([second], (await JoinAsync(membership, "alice", Entry.New, second)).Generations);
    }

    [Fact]
    public async Task A_group_of_an_earlier_version_gets_a_generation()
    {
        await _redis.ExecuteAsync("HSET", "chat:group:chess", "mode", "durable", "createdBy", "alice", "since", "1");
        var generation = Generation.New();
        var joined = await JoinAsync(Membership(), "alice", Entry.Again, generation);
        Assert.False(joined.IsNew);
        Assert.Equal([generation], joined.Generations);
    }

    [Fact]
    public async Task A_renewing_member_restores_the_generation_that_Redis_lost()
    {
        var membership = Membership();
        var first = Generation.New();
        await JoinAsync(membership, "alice", Entry.New, first);
        await _redis.ExecuteAsync("FLUSHALL");
        Assert.Equal([first], (await JoinAsync(membership, "alice", Entry.Renew, first)).Generations);
        Assert.Equal([first], (await JoinAsync(membership, "carol", Entry.New, Generation.New())).Generations);
    }

    [Fact]
    public async Task A_newcomer_and_the_members_keep_both_generations_after_a_loss()
    {
        var membership = Membership();
        var (first, second) = (Generation.New(), Generation.New());
        await JoinAsync(membership, "alice", Entry.New, first);
        await _redis.ExecuteAsync("FLUSHALL");
        Assert.Equal([second], (await JoinAsync(membership, "carol", Entry.New, second)).Generations);
        Assert.Equal([second, first], (await JoinAsync(membership, "alice", Entry.Renew, first)).Generations);
        Assert.Equal([second, first], (await JoinAsync(membership, "carol", Entry.Renew, second)).Generations);
        Assert.Equal([second, first], (await membership.DescribeAsync("chess", Never))!.Generations);

        // A member that only remembers an old subscription adds no generation.
        Assert.Equal([second, first], (await JoinAsync(membership, "bob", Entry.Again, Generation.New())).Generations);
    }

    [Fact]
    public async Task A_group_older_than_a_lease_accepts_no_other_generation()
    {
        var membership = Membership(TimeSpan.FromSeconds(1));
        var second = Generation.New();
        await JoinAsync(membership, "carol", Entry.New, second);
        await Until.True(
            "the group is older than a lease", async () => (await membership.DescribeAsync("chess", Never))!.Age > TimeSpan.FromSeconds(1));
        Assert.Equal([second], (await JoinAsync(membership, "alice", Entry.Renew, Generation.New())).Generations);
    }

    [Fact]
    public async Task A_new_subscriber_learns_the_last_number_of_every_sender()
    {
        var membership = Membership();
        await membership.RecordAsync("chess", [new Said("nobody", 1)], Never);
        Assert.False(await _connection.GetDatabase().KeyExistsAsync("chat:group:chess:seqs"));

        await JoinAsync(membership, "alice", Entry.New, Generation.New(), new Said("alice", 4));
        await membership.RecordAsync("chess", [new Said("alice", 9), new Said("bob", 2)], Never);
        await membership.RecordAsync("chess", [new Said("alice", 8)], Never);
        await membership.LeaveAsync("chess", "alice", [new Said("alice", 10)], Never);
        await _redis.ExecuteAsync("HSET", "chat:group:chess:seqs", "mallory", "much");

        var joined = await JoinAsync(membership, "carol", Entry.New, Generation.New());
        Assert.Equal(new Dictionary<string, long> { ["alice"] = 10, ["bob"] = 2 }, joined.Floors);
        Assert.Equal(joined.Floors, (await JoinAsync(membership, "carol", Entry.Again, Generation.New())).Floors);
        Assert.Empty((await JoinAsync(membership, "carol", Entry.Renew, Generation.New())).Floors);

        foreach (var user in (string[])["alice", "carol"])
        {
            await membership.GiveUpAsync("chess", user, [new Said(user, 11)], Never);
        }

        Assert.Empty(((RedisResult[]?)await _redis.ExecuteAsync("KEYS", "chat:group:*"))!);
    }

    [Fact]
    public async Task The_last_number_of_a_sender_expires_with_the_group()
    {
        var membership = Membership();
        await JoinAsync(membership, "alice", Entry.New, Generation.New());
        await membership.LeaveAsync("chess", "alice", [new Said("alice", 1)], Never);
        Assert.NotNull(await _connection.GetDatabase().KeyTimeToLiveAsync("chat:group:chess:seqs"));
    }

    private GroupMembership Membership(TimeSpan? lease = null) => new(
        new RedisConnection(() => _connection, Options.Create(new RedisOptions()), TimeProvider.System),
        Options.Create(new GroupOptions { Lease = lease ?? TimeSpan.FromMinutes(5) }));

    private static Task<JoinResult> JoinAsync(
        GroupMembership membership, string user, Entry entry, string generation, params Said[] said) =>
        membership.JoinAsync("chess", user, GroupMode.Durable, entry, generation, said, Never);
}
