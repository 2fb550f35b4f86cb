using System.Globalization;

namespace AspireChat.Bench;

/// <summary>What one way of sending has shown.</summary>
/// <param name="Median">How long half of the messages took at most, from the call of the sender until the receiver had stored it.</param>
/// <param name="Ninety">The same of nine in ten.</param>
/// <param name="PerSecond">How many messages a second were stored and acknowledged when all were sent at once.</param>
public sealed record Figures(TimeSpan Median, TimeSpan Ninety, double PerSecond)
{
    /// <summary>Sorts the times.</summary>
    public static Figures Of(List<TimeSpan> times, int messages, TimeSpan together)
    {
        times.Sort();
        return new Figures(times[times.Count / 2], times[times.Count * 9 / 10], messages / together.TotalSeconds);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"one way p50 {Median.TotalMicroseconds,7:N0} µs, p90 {Ninety.TotalMicroseconds,7:N0} µs; {PerSecond,9:N0} messages/s");
}
