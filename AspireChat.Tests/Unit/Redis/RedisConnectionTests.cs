using System.Net.Sockets;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Unit.Redis;

public sealed class RedisConnectionTests
{
    public static TheoryData<Exception> Faults =>
    [
        new RedisConnectionException(ConnectionFailureType.SocketFailure, "inner words"),
        new RedisServerException("inner words"),
        new RedisTimeoutException("inner words", CommandStatus.Unknown),
        new IOException("inner words"),
        new SocketException(10054),
        new InvalidOperationException("inner words") { Source = "System.IO.Pipelines" },
        new ObjectDisposedException("inner words"),
        new TaskCanceledException("inner words"),
    ];

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Every_fault_of_the_connection_is_the_same_kind_of_refusal(Exception fault)
    {
        var redis = Connect(() => throw fault);

        var refusal = await Assert.ThrowsAsync<ChatException>(() => AskAsync(redis, TestContext.Current.CancellationToken));

        Assert.Equal(ChatFault.Unavailable, refusal.Fault);
        Assert.DoesNotContain("inner words", refusal.Message);
        Assert.NotNull(refusal.InnerException);
    }

    [Fact]
    public async Task A_connection_that_could_not_be_made_is_tried_again()
    {
        var tries = 0;
        var redis = Connect(() => throw new IOException($"try {++tries}"));

        await Assert.ThrowsAsync<ChatException>(() => AskAsync(redis, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ChatException>(() => AskAsync(redis, TestContext.Current.CancellationToken));

        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task A_cancelled_call_is_not_reported_as_an_absent_Redis()
    {
        using var given = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        var redis = Connect(() =>
        {
            release.Wait(TimeSpan.FromSeconds(30));
            throw new IOException();
        });

        var asking = AskAsync(redis, given.Token);
        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        release.Set();
    }

    private static RedisConnection Connect(Func<IConnectionMultiplexer> connect) =>
        new(connect, Options.Create(new RedisOptions { CallTimeout = TimeSpan.FromSeconds(30) }), TimeProvider.System);

    private static Task<RedisValue> AskAsync(RedisConnection redis, CancellationToken cancellationToken) =>
        redis.CallAsync("GET", "any", database => database.StringGetAsync("any"), cancellationToken);
}
