namespace AspireChat.Client.Faults;

/// <summary>A rate with room for bursts: tokens come in steadily, and as many as the bucket holds may be taken at once.</summary>
/// <param name="perSecond">How many come in.</param>
/// <param name="burst">How many it holds; it starts full.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _taken;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes tokens if there are as many.</summary>
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

    /// <summary>Takes tokens in any case.</summary>
    /// <returns>How long until they will have come in; zero if they were there.</returns>
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
