using System.Runtime.CompilerServices;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Waits until outside state is what a test expects: reads it again and again until it is or a deadline passes, and then says
/// what was awaited, where, and what was seen last. No other code in the tests waits for time to pass.
/// </summary>
public static class Until
{
    /// <summary>The default deadline; generous, since it only costs time when a test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for a condition; an exception counts as false.</summary>
    /// <exception cref="TimeoutException">The condition did not become true in time.</exception>
    public static Task True(
        string what,
        Func<bool> condition,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, () => Task.FromResult(condition()), isRight => isRight, deadline, null, file, line);

    /// <summary>Waits for a condition; an exception counts as false. <c>giveUp</c> returns why waiting is useless, or null.</summary>
    /// <exception cref="TimeoutException">The condition did not become true in time, or cannot become true.</exception>
    public static Task True(
        string what,
        Func<Task<bool>> condition,
        TimeSpan? deadline = null,
        Func<string?>? giveUp = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, condition, isRight => isRight, deadline, giveUp, file, line);

    /// <summary>Waits until the value equals the expected one.</summary>
    public static Task Equal<T>(
        string what,
        T expected,
        Func<Task<T>> read,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, read, seen => EqualityComparer<T>.Default.Equals(seen, expected), deadline, null, file, line);

    /// <summary>Waits until the items are exactly the expected ones, in this order.</summary>
    public static Task Sequence<T>(
        string what,
        IEnumerable<T> expected,
        Func<Task<IEnumerable<T>>> read,
        TimeSpan? deadline = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) =>
        Value(what, async () => (await read()).ToList(), seen => seen.SequenceEqual(expected), deadline, null, file, line);

    /// <summary>Waits until the value is right, and returns it.</summary>
    /// <exception cref="TimeoutException">The value did not become right in time.</exception>
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
                // The deadline cut this read off; the last complete one says more.
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
