namespace AspireChat.Bench.Compare;

/// <summary>
/// Times by their size, each true to one per cent: a few hundred numbers however many times there are, which processes can add up.
/// Not safe for concurrent use.
/// </summary>
internal sealed class Latencies
{
    private const double Growth = 1.01;

    private readonly SortedDictionary<int, int> _buckets = [];

    /// <summary>How many times there are in each bucket; the times of a bucket are one per cent longer than those of the one before.</summary>
    public IReadOnlyDictionary<int, int> Buckets => _buckets;

    /// <summary>Adds a time.</summary>
    public void Add(TimeSpan time) => Add((int)(Math.Log(Math.Max(time.TotalMicroseconds, 1)) / Math.Log(Growth)), count: 1);

    /// <summary>Adds the times of another process.</summary>
    public void Add(IReadOnlyDictionary<int, int> buckets)
    {
        foreach (var (bucket, count) in buckets)
        {
            Add(bucket, count);
        }
    }

    /// <summary>The milliseconds that a part of all times did not exceed; null if there is none.</summary>
    /// <param name="part">0.5 for the half.</param>
    public double? Percentile(double part)
    {
        var left = (long)(_buckets.Values.Sum(count => (long)count) * part);
        foreach (var (bucket, count) in _buckets)
        {
            left -= count;
            if (left < 0)
            {
                return Math.Pow(Growth, bucket + 0.5) / 1_000;
            }
        }

        return null;
    }

    private void Add(int bucket, int count) => _buckets[bucket] = _buckets.GetValueOrDefault(bucket) + count;
}
