using System.Runtime.CompilerServices;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Waits for outside state to become what a test expects: reads it again and again until it does or a deadline passes,
/// and then says what was awaited, where, and what was seen last. The only place where tests wait for time to pass.
/// </summary>
public static class Until
{
    /// <summary>The deadline of a wait that names none; generous, since it only costs time when a test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for a condition; an exception counts as false.</summary>
    /// <exception cref="TimeoutException">It did not come true in time.</exception>
    public static Task True(
        string what,
        Func<bool> condition,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, () => Task.FromResult(condition()), isRight => isRight, deadline, null, file, line);

    /// <summary>
    /// Waits for a condition; an exception counts as false. <c>giveUp</c> says why waiting on is in vain, null while it is not.
    /// </summary>
    /// <exception cref="TimeoutException">It did not come true in time, or cannot any more.</exception>
    public static Task True(
        string what,
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        Func<string?>? giveUp = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, condition, isRight => isRight, deadline, giveUp, file, line);

    /// <summary>Waits until what is read equals what is expected.</summary>
    public static Task Equal<T>(
        string what,
        T expected,
        Func<Task<T>> read,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, read, seen => EqualityComparer<T>.Default.Equals(seen, expected), deadline, null, file, line);

    /// <summary>Waits until what is read has exactly the expected items, in this order.</summary>
    public static Task Sequence<T>(
        string what,
        IEnumerable<T> expected,
        Func<Task<IEnumerable<T>>> read,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, async () => (await read()).ToList(), seen => seen.SequenceEqual(expected), deadline, null, file, line);

    /// <summary>Waits until what is read is right, and returns it.</summary>
    /// <exception cref="TimeoutException">It did not become right in time.</exception>
    public static async Task<T> Value<T>(
        string what,
        Func<Task<T>> read,
        Func<T, bool> isRight,
        TimeSpan? deadline = null,
        Func<string?>? giveUp = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        var patience = deadline ?? Patience;
        var cancellation = TestContext.Current.CancellationToken;
        var started = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(Interval);
        var seen = "nothing: the first look did not end";
        Exception? fault = null;
        while (true)
        {
            try
            {
                var left = patience - TimeProvider.System.GetElapsedTime(started);
                var value = await read().WaitAsync(left > Interval ? left : Interval, cancellation);
                fault = null;
                if (isRight(value))
                {
                    return value;
                }

                seen = Show(value);
            }
            catch (TimeoutException e) when (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                // Cut off by the deadline: what was seen before says more.
                fault = e;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                fault = e;
                seen = $"{e.GetType().Name}: {e.Message}";
            }

            if (giveUp?.Invoke() is { } reason)
            {
                throw new TimeoutException($"Waited in vain for: {what} ({Path.GetFileName(file)}:{line}). {reason}", fault);
            }

            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException(
                    $"Waited {patience.TotalSeconds:0.#} s for: {what} ({Path.GetFileName(file)}:{line}). Last seen: {seen}", fault);
            }

            await ticks.WaitForNextTickAsync(cancellation);
        }
    }

    private static string Show(object? value)
    {
        var text = value switch
        {
            null => "null",
            string s => $"\"{s}\"",
            System.Collections.IEnumerable items => $"[{string.Join(", ", items.Cast<object?>())}]",
            _ => value.ToString() ?? "",
        };
        return text.Length <= 2_000 ? text : $"{text[..2_000]}… ({text.Length} characters)";
    }
}
