using AspireChat.Client.Discovery;
using Xunit;

namespace AspireChat.Tests.Unit.Discovery;

public sealed class SurveyInboxTests
{
    [Fact]
    public async Task Answers_leave_in_the_order_of_arrival()
    {
        var inbox = new SurveyInbox();
        Assert.True(inbox.TryAdd([1, 2], default));
        Assert.True(inbox.TryAdd([3], default));
        Assert.Equal([1, 2], (await inbox.ReadAsync(TestContext.Current.CancellationToken)).Body);
        Assert.Equal([3], (await inbox.ReadAsync(TestContext.Current.CancellationToken)).Body);
    }

    [Fact]
    public void An_answer_larger_than_the_limit_is_dropped()
    {
        Assert.True(new SurveyInbox().TryAdd(new byte[64 * 1024], default));
        Assert.False(new SurveyInbox().TryAdd(new byte[(64 * 1024) + 1], default));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024)]
    public async Task The_inbox_holds_a_limited_amount(int size)
    {
        var inbox = new SurveyInbox();
        var body = new byte[size];
        var taken = 0L;
        while (inbox.TryAdd(body, default))
        {
            taken += size;
            Assert.InRange(taken, 0, 8 * 1024 * 1024);
        }

        await inbox.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(inbox.TryAdd(body, default));
        Assert.False(inbox.TryAdd(body, default));
    }
}
