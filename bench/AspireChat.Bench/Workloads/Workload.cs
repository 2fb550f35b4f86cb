using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>One thing that a row compares.</summary>
/// <param name="What">What is measured, within its workload.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Goal">What the ratio should be.</param>
/// <param name="Raw">The name of the raw figure.</param>
/// <param name="Product">The name of the product's figure.</param>
internal sealed record Row(string What, string Unit, Goal Goal, string Raw, string Product)
{
    /// <summary>A row whose figures have its own name.</summary>
    public Row(string what, string unit, Goal goal)
        : this(what, unit, goal, what, what)
    {
    }
}

/// <summary>What the ratio of product to raw should be.</summary>
/// <param name="Ratio">The limit.</param>
/// <param name="IsFloor">Whether more is better.</param>
internal sealed record Goal(double Ratio, bool IsFloor)
{
    /// <summary>Of times and costs.</summary>
    public static Goal AtMost(double ratio) => new(ratio, IsFloor: false);

    /// <summary>Of what is done in a second.</summary>
    public static Goal AtLeast(double ratio) => new(ratio, IsFloor: true);

    /// <summary>Whether a ratio meets it.</summary>
    public bool IsMetBy(double ratio) => IsFloor ? ratio >= Ratio : ratio <= Ratio;

    public override string ToString() => FormattableString.Invariant($"{(IsFloor ? "≥" : "≤")} {Ratio:0.##}");
}

/// <summary>Something that users do, measured for the product and for the least that must be done for it.</summary>
/// <param name="servers">The servers of the run.</param>
/// <param name="isQuick">Whether small sizes are enough.</param>
internal abstract class Workload(BenchServers servers, bool isQuick) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _kept = new();

    /// <summary>What it compares.</summary>
    public abstract IReadOnlyList<Row> Rows { get; }

    /// <summary>How often both are measured if the user does not say.</summary>
    public int Pairs => IsQuick ? 1 : 5;

    /// <summary>Whether both are measured once before, without keeping the figures.</summary>
    public virtual bool WarmsUp => true;

    /// <summary>The servers of the run.</summary>
    protected BenchServers Servers { get; } = servers;

    /// <summary>Whether small sizes are enough.</summary>
    protected bool IsQuick { get; } = isQuick;

    /// <summary>Starts everything.</summary>
    public abstract Task PrepareAsync();

    /// <summary>Measures the raw side.</summary>
    public abstract Task<Sample> MeasureRawAsync();

    /// <summary>Measures the product.</summary>
    public abstract Task<Sample> MeasureProductAsync();

    /// <summary>Ends what was kept, the last first.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_kept.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }

    /// <summary>Keeps something until the end of the workload.</summary>
    protected T Keep<T>(T started)
        where T : IAsyncDisposable
    {
        _kept.Push(started);
        return started;
    }
}
