namespace AspireChat.Bench.Compare;

/// <summary>How much is sent, and for how long.</summary>
internal sealed record CompareSizes(int Members, int Kinds, bool IsQuick)
{
    // Each is stored and flushed by itself at its member, so that is what two cores can do while they are still half idle.
    private const double DeliveriesPerSecond = 750;

    /// <summary>Texts that every kind has before anything is measured.</summary>
    public const int WarmUp = 32;

    /// <summary>How long a killed server is away.</summary>
    public static readonly TimeSpan Down = TimeSpan.FromSeconds(2);

    /// <summary>Texts per second and kind.</summary>
    public double PerSecond => Math.Clamp(DeliveriesPerSecond / (Members * Kinds), 1, 20);

    /// <summary>How long texts come at a pace while nothing is killed.</summary>
    public TimeSpan Quiet => TimeSpan.FromSeconds(IsQuick ? 3 : 15);

    /// <summary>Texts all at once.</summary>
    public int Burst => Math.Max((IsQuick ? 10_000 : 100_000) / Members, 64);

    /// <summary>How long texts come before a server is killed, and after all kinds have recovered.</summary>
    public TimeSpan Around => TimeSpan.FromSeconds(IsQuick ? 0.7 : 4);

    /// <summary>How long the run waits until everything is there.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(IsQuick ? 60 : 180);
}
