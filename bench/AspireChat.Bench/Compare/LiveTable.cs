using System.Diagnostics;

namespace AspireChat.Bench.Compare;

/// <summary>
/// What happens at this moment: a table that is rewritten in its place on a terminal, and a line per phase where the output goes to a
/// file.
/// </summary>
internal sealed class LiveTable : IAsyncDisposable
{
    private const string ClearLine = "\e[2K";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Stage _stage;
    private readonly bool _isTerminal = !Console.IsOutputRedirected;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _draw = new();
    private readonly long _began;
    private readonly Task _watching;
    private Dictionary<string, GroupCount>? _before;
    private string _phase = "";
    private long _countedAt;
    private int _drawn;

    /// <summary>Begins to show.</summary>
    /// <param name="stage">What is shown.</param>
    /// <param name="began">When the run began, in ticks of <see cref="Stopwatch"/>.</param>
    public LiveTable(Stage stage, long began)
    {
        (_stage, _began) = (stage, began);
        _watching = _isTerminal ? Task.Run(WatchAsync) : Task.CompletedTask;
    }

    /// <summary>Says what is being done.</summary>
    public void Tell(string phase)
    {
        if (_isTerminal)
        {
            _phase = phase;
            Draw();
        }
        else
        {
            Console.WriteLine($"{Stopwatch.GetElapsedTime(_began).TotalSeconds,5:0.0} s  {phase}");
        }
    }

    /// <summary>Leaves the last figures.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        foreach (var kind in _stage.Kinds)
        {
            kind.Now = null;
        }

        if (!_isTerminal)
        {
            Console.WriteLine();
        }

        _phase = "";
        Draw();
        Console.WriteLine();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(_end.Token))
        {
            var counts = await _stage.CountAsync();
            var now = Stopwatch.GetTimestamp();
            foreach (var kind in _stage.Kinds)
            {
                var count = counts[kind.Group];
                var arrived = count.Arrived - (_before?[kind.Group].Arrived ?? count.Arrived);
                kind.Now = new Moment(
                    arrived / (double)_stage.Members / Stopwatch.GetElapsedTime(_countedAt, now).TotalSeconds,
                    count.Times.Percentile(0.5),
                    count.Times.Percentile(0.99),
                    kind.Now?.Lost,
                    count.Doubled);
            }

            (_before, _countedAt) = (counts, now);
            Draw();
        }
    }

    private void Draw()
    {
        lock (_draw)
        {
            List<string> lines =
            [
                $"{_stage.Members} members{(_phase is "" ? "" : $": {_phase}")}",
                .. CompareColumn.Lines(CompareColumn.Live, _stage.Kinds),
            ];
            var text = string.Concat(lines.Select(line => (_isTerminal ? ClearLine : "") + Fit(line) + Environment.NewLine));
            var up = _isTerminal && _drawn > 0 ? FormattableString.Invariant($"\e[{_drawn}F") : "";
            Console.Write(up + text);
            _drawn = lines.Count;
        }
    }

    // A line that wraps would be rewritten in the wrong place.
    private string Fit(string line) => _isTerminal && Console.WindowWidth is > 1 and var width && line.Length >= width ? line[..(width - 1)] : line;
}
