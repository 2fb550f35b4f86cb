using System.Diagnostics;

namespace AspireChat.Bench.Load;

/// <summary>What has arrived in a process.</summary>
/// <param name="LastAt">When the last one arrived, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Microseconds">How long each took, from the call of its sender.</param>
internal sealed record Arrived(long LastAt, int[] Microseconds);

/// <summary>Counts what arrives in a process, until it is as much as expected.</summary>
internal sealed class Arrivals
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private int[] _ages = [];
    private TaskCompletionSource<long> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>Begins to count.</summary>
    public void Expect(int count)
    {
        _all = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ages = new int[count];
        Volatile.Write(ref _count, 0);
    }

    /// <summary>Counts one.</summary>
    public void Note(TimeSpan age)
    {
        var count = Interlocked.Increment(ref _count);
        if (count <= _ages.Length)
        {
            _ages[count - 1] = (int)age.TotalMicroseconds;
        }

        if (count == _ages.Length)
        {
            _all.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Waits until all have arrived.</summary>
    /// <param name="longest">How long at most; three minutes if null.</param>
    public async Task<Arrived> AllAsync(TimeSpan? longest = null)
    {
        var patience = longest ?? LongestWait;
        try
        {
            return new Arrived(await _all.Task.WaitAsync(patience), _ages);
        }
        catch (TimeoutException)
        {
            throw new BenchException($"Only {_count:N0} of {_ages.Length:N0} messages arrived within {patience.TotalSeconds:N0} s.");
        }
    }
}

/// <summary>Begins to count what arrives in the process.</summary>
/// <param name="Count">How much is to arrive in all.</param>
internal sealed record Expect(int Count) : Processes.Request<Processes.Done>;

/// <summary>Waits for what was expected.</summary>
/// <param name="Longest">How long at most; three minutes if null.</param>
internal sealed record AwaitArrivals(TimeSpan? Longest = null) : Processes.Request<Arrived>;
