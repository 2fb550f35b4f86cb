using System.Collections.Concurrent;
using System.Diagnostics;
using AspireChat.Bench.Load;

namespace AspireChat.Bench.Compare;

/// <summary>Texts on their way at their times, until it is told to end.</summary>
internal sealed class Pacing : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, ConcurrentBag<int>> _refused = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Task _all;
    private int _next;

    public Pacing(SenderRole.BeginPace begin, Func<string, string, Task<bool>> send)
    {
        _next = begin.First;
        _all = RunAsync(begin, send);
    }

    /// <summary>The number of the next text.</summary>
    public int Next => Volatile.Read(ref _next);

    /// <summary>Ends it, and waits until every call has returned.</summary>
    public async Task<SentTexts> EndAsync()
    {
        await _end.CancelAsync();
        await _all;
        return new SentTexts(_began, Next, _refused.ToDictionary(group => group.Key, group => group.Value.ToArray()));
    }

    public void Dispose() => _end.Dispose();

    private async Task RunAsync(SenderRole.BeginPace begin, Func<string, string, Task<bool>> send)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / begin.PerSecond));
        var calls = new List<Task>();
        do
        {
            // Counted before it is stamped, so that a caller that asks for the next number gets one that is sent later.
            var number = Interlocked.Increment(ref _next) - 1;
            var text = Stamp.Text(number);

            // Each group is the first in its turn: what is written first arrives a little earlier.
            var turn = number % begin.Groups.Length;
            calls.AddRange(begin.Groups.Skip(turn).Concat(begin.Groups.Take(turn)).Select(async group =>
            {
                if (!await send(group, text))
                {
                    _refused.GetOrAdd(group, _ => []).Add(number);
                }
            }));
        }
        while (await NextTickAsync(timer));

        await Task.WhenAll(calls);
    }

    private async Task<bool> NextTickAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_end.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
