using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class ChangeSignalTests
{
    [Fact]
    public async Task A_burst_is_told_at_once_and_at_its_end_and_rarely_between()
    {
        var state = 0;
        var told = 0;
        var seen = -1;
        using var signal = Signal(() =>
        {
            Interlocked.Increment(ref told);
            Volatile.Write(ref seen, Volatile.Read(ref state));
        });

        var started = TimeProvider.System.GetTimestamp();
        signal.Ring();
        await Until.Equal("the first change is told", 0, () => Task.FromResult(Volatile.Read(ref seen)));
        for (var i = 1; i <= 100_000; i++)
        {
            Volatile.Write(ref state, i);
            signal.Ring();
        }

        await Until.Equal("the last change is told", 100_000, () => Task.FromResult(Volatile.Read(ref seen)));
        var most = 2 + (TimeProvider.System.GetElapsedTime(started) / ChangeSignal.Pause);
        Assert.InRange(Volatile.Read(ref told), 2, most);
    }

    [Fact]
    public async Task A_change_during_the_call_is_told_afterwards_and_never_at_the_same_time()
    {
        var inside = 0;
        var most = 0;
        var told = 0;
        ChangeSignal? signal = null;
        using var made = signal = Signal(() =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            if (Interlocked.Increment(ref told) < 5)
            {
                signal!.Ring();
            }

            Interlocked.Decrement(ref inside);
        });

        signal.Ring();
        await Until.Equal("each ring is told", 5, () => Task.FromResult(Volatile.Read(ref told)));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_watcher_that_fails_is_told_the_next_change()
    {
        var told = 0;
        using var signal = Signal(() => throw new InvalidOperationException($"{Interlocked.Increment(ref told)}"));

        signal.Ring();
        await Until.Equal("the change is told", 1, () => Task.FromResult(Volatile.Read(ref told)));
        signal.Ring();
        await Until.Equal("the next change is told", 2, () => Task.FromResult(Volatile.Read(ref told)));
    }

    private static ChangeSignal Signal(Action raise) => new(raise, TimeProvider.System, NullLogger.Instance);
}
