namespace AspireChat.Client.Faults;

/// <summary>
/// How long to wait before trying again to reach something that is away: the wait doubles from the first one up to a cap, and
/// each is shortened at random by up to half, so that many clients do not come back in step.
/// </summary>
/// <param name="first">The first wait.</param>
/// <param name="cap">The longest wait.</param>
public sealed class Backoff(TimeSpan first, TimeSpan cap)
{
    private int _failures;

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        // 2^20 times any first wait is beyond every cap; a higher power would only overflow.
        var whole = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 20)), cap.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Call after a success: the next failure starts with the first wait again.</summary>
    public void Reset() => _failures = 0;
}
