using AspireChat.Client.Faults;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Faults;

public sealed class BellTests
{
    private readonly Bell _bell = new();

    [Fact]
    public async Task A_ring_wakes_a_waiting_caller()
    {
        var waiting = _bell.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        _bell.Ring();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task Rings_without_a_waiting_caller_are_kept_as_one()
    {
        _bell.Ring();
        _bell.Ring();

        await _bell.WaitAsync(TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.False(await _bell.WaitAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_ring_is_taken_once()
    {
        Assert.False(_bell.TryTake());
        _bell.Ring();
        _bell.Ring();
        Assert.True(_bell.TryTake());
        Assert.False(_bell.TryTake());
    }

    [Fact]
    public async Task A_wait_ends_with_its_cancellation()
    {
        using var stop = new CancellationTokenSource();
        var waiting = _bell.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting).DefaultTimeout();
    }
}
