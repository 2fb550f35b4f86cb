using System.Runtime.CompilerServices;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Deadlines for awaits that should end soon, so that a hanging test says where it hangs.</summary>
public static class TaskExtensions
{
    /// <summary>Awaits a task with <see cref="Until.Patience"/> and the test's own cancellation.</summary>
    /// <exception cref="TimeoutException">The task did not end in time; the message says where it was awaited.</exception>
    public static async Task DefaultTimeout(
        this Task task,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(task))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        try
        {
            await task.WaitAsync(deadline ?? Until.Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw TooLate(deadline, what, file, line);
        }
    }

    /// <inheritdoc cref="DefaultTimeout(Task, TimeSpan?, string, string, int)"/>
    public static async Task<T> DefaultTimeout<T>(
        this Task<T> task,
        TimeSpan? deadline = null,
        [CallerArgumentExpression(nameof(task))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        try
        {
            return await task.WaitAsync(deadline ?? Until.Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw TooLate(deadline, what, file, line);
        }
    }

    private static TimeoutException TooLate(TimeSpan? deadline, string what, string file, int line) =>
        new($"No end after {(deadline ?? Until.Patience).TotalSeconds:0.#} s ({Path.GetFileName(file)}:{line}): {what}");
}
