using AspireChat.Bench.Workloads;

namespace AspireChat.Bench.Report;

/// <summary>A measured row.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Row">What was compared.</param>
/// <param name="Raw">The raw figures, one per pair.</param>
/// <param name="Product">The product's figures, in the same order.</param>
internal sealed record Result(string Workload, Row Row, IReadOnlyList<double> Raw, IReadOnlyList<double> Product)
{
    /// <summary>The ratios of the pairs, the least first. A raw figure of 0 gives none.</summary>
    public IReadOnlyList<double> Ratios { get; } =
        [.. Raw.Zip(Product, (raw, product) => product / raw).Where(double.IsFinite).Order()];

    /// <summary>The middle of some figures; NaN if there are none.</summary>
    public static double Median(IReadOnlyList<double> figures)
    {
        var sorted = figures.Order().ToList();
        return sorted.Count == 0 ? double.NaN : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
