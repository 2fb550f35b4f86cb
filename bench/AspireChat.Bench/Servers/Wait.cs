namespace AspireChat.Bench.Servers;

/// <summary>Waits for something that cannot report itself.</summary>
internal static class Wait
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks again and again until the answer is true.</summary>
    /// <param name="condition">The question.</param>
    /// <param name="patience">For how long.</param>
    /// <param name="otherwise">What is wrong if it does not become true, as a sentence without its full stop.</param>
    /// <param name="pause">The time between two questions, if asking costs something.</param>
    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string otherwise, TimeSpan? pause = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException($"{otherwise} (waited {patience.TotalSeconds:0} s).");
            }

            await Task.Delay(pause ?? Often);
        }
    }
}
