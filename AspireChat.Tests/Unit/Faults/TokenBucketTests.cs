using AspireChat.Client.Faults;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Faults;

public sealed class TokenBucketTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void The_bucket_allows_a_burst_and_then_its_rate()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 100, _clock);
        Assert.True(bucket.TryTake(100));
        Assert.False(bucket.TryTake(1));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(bucket.TryTake(20));
        Assert.False(bucket.TryTake(1));
    }

    [Fact]
    public void The_bucket_holds_no_more_than_a_burst()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 100, _clock);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.False(bucket.TryTake(101));
        Assert.True(bucket.TryTake(100));
    }

    [Fact]
    public void The_bucket_says_how_long_missing_tokens_take()
    {
        var bucket = new TokenBucket(perSecond: 10, burst: 100, _clock);
        Assert.Equal(TimeSpan.Zero, bucket.Take(90));
        Assert.Equal(TimeSpan.FromSeconds(2), bucket.Take(30));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.Zero, bucket.Take(10));
    }
}
