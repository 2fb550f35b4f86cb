using AspireChat.Bench.Load;

namespace AspireChat.Bench.Workloads;

/// <summary>The figures of one measurement, by name.</summary>
internal sealed class Sample
{
    private readonly Dictionary<string, double> _figures = [];

    /// <summary>The figures.</summary>
    public IReadOnlyDictionary<string, double> Figures => _figures;

    /// <summary>Adds a figure.</summary>
    public Sample Add(string name, double value)
    {
        _figures.Add(name, value);
        return this;
    }

    /// <summary>Adds the time that half and nearly all took.</summary>
    public Sample AddTimes(string name, IEnumerable<Arrived> arrived) =>
        AddTimes(name, arrived.SelectMany(part => part.Microseconds).Select(time => (double)time));

    /// <summary>Adds the time that half and nearly all took.</summary>
    public Sample AddTimes(string name, IEnumerable<double> times)
    {
        var sorted = times.Order().ToList();
        return Add($"{name} p50", sorted[sorted.Count / 2]).Add($"{name} p99", sorted[sorted.Count * 99 / 100]);
    }
}
