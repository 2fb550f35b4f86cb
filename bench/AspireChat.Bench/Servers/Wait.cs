namespace AspireChat.Bench.Servers;

/// <summary>Waits for something that cannot report itself.</summary>
internal static class Wait
{
    /// <summary>Asks again and again until the answer is true.</summary>
    /// <exception cref="TimeoutException">It did not become true in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string otherwise)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException($"{otherwise} (waited {patience.TotalSeconds:0} s).");
            }

            await Task.Delay(5);
        }
    }
}
