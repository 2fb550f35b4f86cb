using AspireChat.Client.Faults;
using Xunit;

namespace AspireChat.Tests.Unit.Faults;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_double_up_to_the_cap_and_vary_by_half()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
        double[] wholes = [100, 200, 400, 800, 1600, 3000, 3000];
        foreach (var whole in wholes)
        {
            Assert.InRange(backoff.Next().TotalMilliseconds, whole / 2, whole);
        }
    }

    [Fact]
    public void A_success_resets_the_wait()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
        for (var i = 0; i < 10; i++)
        {
            backoff.Next();
        }

        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }

    [Fact]
    public void Years_of_failures_do_not_overflow()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        for (var i = 0; i < 100_000; i++)
        {
            Assert.InRange(backoff.Next().TotalSeconds, 0.5, 3);
        }
    }

    [Fact]
    public void Clients_do_not_retry_at_the_same_time()
    {
        var waits = Enumerable.Range(0, 100).Select(_ => new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)).Next());

        Assert.True(waits.Distinct().Count() > 90);
    }
}
