using System.Diagnostics;

namespace AspireChat.Bench.Load;

/// <summary>How a process is to send.</summary>
/// <param name="Count">How many calls.</param>
/// <param name="PerSecond">How many a second, each at its time whatever the others do; null: all at once.</param>
/// <param name="Callers">How many calls are under way at a time when all are sent at once; each waits for the sender's disk.</param>
internal sealed record Pace(int Count, double? PerSecond = null, int Callers = 256)
{
    /// <summary>Sends and waits until every call has returned.</summary>
    /// <returns>When it began, in ticks of <see cref="Stopwatch"/>.</returns>
    public async Task<long> SendAsync(Func<Task> send)
    {
        var began = Stopwatch.GetTimestamp();
        await (PerSecond is { } rate ? AtTheirTimesAsync(rate, began, send) : AtOnceAsync(send));
        return began;
    }

    private Task AtOnceAsync(Func<Task> send)
    {
        var left = Count;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await send();
            }
        }));
    }

    private async Task AtTheirTimesAsync(double rate, long began, Func<Task> send)
    {
        var calls = new List<Task>(Count);
        for (var i = 0; i < Count; i++)
        {
            var early = TimeSpan.FromSeconds(i / rate) - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early);
            }

            calls.Add(send());
        }

        await Task.WhenAll(calls);
    }
}

/// <summary>What a sender saw.</summary>
/// <param name="BeganAt">When it began, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="EndedAt">When the last one was acknowledged.</param>
internal sealed record Sent(long BeganAt, long EndedAt)
{
    /// <summary>How long it took.</summary>
    public TimeSpan Took => Stopwatch.GetElapsedTime(BeganAt, EndedAt);
}
