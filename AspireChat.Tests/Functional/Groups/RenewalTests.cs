using AspireChat.Client.Groups;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>One call renews all rooms in which nothing has happened; the others must enter again.</summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private const string Sender = "aa";

    private RedisServer _redis = null!;
    private ConnectionMultiplexer _connection = null!;
    private GroupMembership _membership = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IDatabase Raw => _connection.GetDatabase();

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(_redis.ConnectionString);
        _membership = new GroupMembership(
            new RedisConnection(() => _connection, Options.Create(new RedisOptions { CallTimeout = TimeSpan.FromSeconds(25) }), TimeProvider.System),
            Options.Create(new GroupOptions { Lease = TimeSpan.FromMinutes(5) }));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task One_call_renews_every_room_and_raises_what_was_said()
    {
        HeldRoom[] rooms = [await JoinAsync("chess", GroupMode.Durable), await JoinAsync("now", GroupMode.Transient)];
        var ends = await EndsAsync();
        await Raw.KeyExpireAsync("chat:group:chess", TimeSpan.FromHours(1));
        await Until.True("the clock has moved", async () =>
        {
            Assert.Equal(["chess", "now"], (await RenewAsync(rooms)).Order());
            return (await EndsAsync()).Zip(ends).All(pair => pair.First > pair.Second);
        });

        Assert.Equal(7, (long)await Raw.HashGetAsync("chat:group:chess:seqs", Sender));
        Assert.InRange((await Raw.KeyTimeToLiveAsync("chat:group:chess"))!.Value.TotalDays, 29.9, 30);
        await RenewAsync(rooms[0] with { Said = new Said(Sender, 5) });
        Assert.Equal(7, (long)await Raw.HashGetAsync("chat:group:chess:seqs", Sender));
    }

    [Theory]
    [InlineData("HSET", "chat:group:chess", "mode", "transient")]
    [InlineData("HSET", "chat:group:chess", "generation", "0123456789abcdef0123456789abcdef")]
    [InlineData("HSET", "chat:group:chess", "earlier", "0123456789abcdef0123456789abcdef")]
    [InlineData("SREM", "chat:group:chess:subscribers", "alice")]
    [InlineData("ZADD", "chat:group:chess:active", "1", "alice")]
    [InlineData("DEL", "chat:group:chess")]
    [InlineData("SET", "chat:group:chess", "x")]
    [InlineData("SET", "chat:group:chess:subscribers", "x")]
    [InlineData("SET", "chat:group:chess:active", "x")]
    [InlineData("SET", "chat:group:chess:seqs", "x")]
    public async Task A_room_where_something_has_happened_is_left_alone_and_the_others_are_renewed(string command, params string[] arguments)
    {
        HeldRoom[] rooms = [await JoinAsync("chess", GroupMode.Durable), await JoinAsync("tea", GroupMode.Durable)];
        await Raw.ExecuteAsync(command, [.. arguments]);

        Assert.Equal(["tea"], (await RenewAsync(rooms)).Order());
    }

    private async Task<HeldRoom> JoinAsync(string group, GroupMode mode)
    {
        var joined = await _membership.JoinAsync(group, "alice", mode, Entry.New, Generation.New(), [], Cancellation);
        return new HeldRoom(group, mode, Assert.Single(joined.Generations), new Said(Sender, 7));
    }

    private Task<IReadOnlySet<string>> RenewAsync(params HeldRoom[] rooms) => _membership.RenewAsync("alice", rooms, Cancellation);

    private async Task<double[]> EndsAsync() =>
    [
        (await Raw.SortedSetScoreAsync("chat:group:chess:active", "alice"))!.Value,
        (await Raw.SortedSetScoreAsync("chat:group:now:active", "alice"))!.Value,
    ];
}
