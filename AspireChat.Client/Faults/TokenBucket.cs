namespace AspireChat.Client.Faults;

/// <summary>A rate limit with room for bursts: tokens arrive steadily, and up to a full bucket may be taken at once.</summary>
/// <param name="perSecond">How many tokens arrive per second.</param>
/// <param name="burst">How many tokens the bucket holds; it starts full.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _taken;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes tokens if there are enough.</summary>
    public bool TryTake(double tokens)
    {
        lock (_gate)
        {
            Fill();
            if (_taken + tokens > burst)
            {
                return false;
            }

            _taken += tokens;
            return true;
        }
    }

    /// <summary>Takes tokens even if there are not enough.</summary>
    /// <returns>How long until the missing tokens have arrived; zero if there were enough.</returns>
    public TimeSpan Take(double tokens)
    {
        lock (_gate)
        {
            Fill();
            _taken += tokens;
            return _taken <= burst ? TimeSpan.Zero : TimeSpan.FromSeconds((_taken - burst) / perSecond);
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _taken = Math.Max(0, _taken - (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
