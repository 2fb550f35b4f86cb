using System.Diagnostics;
using AspireChat.Bench.Report;
using AspireChat.Bench.Servers;
using AspireChat.Bench.Workloads;

namespace AspireChat.Bench;

/// <summary>A run: one workload after the other, and a report.</summary>
internal sealed class BenchRun : IAsyncDisposable
{
    private readonly BenchOptions _options;
    private readonly BenchServers _servers = new();
    private readonly List<Result> _results = [];
    private readonly Dictionary<string, string> _failures = [];
    private readonly Dictionary<string, double> _seconds = [];

    private BenchRun(BenchOptions options) => _options = options;

    /// <summary>Measures what the command line says.</summary>
    /// <returns>The exit code: 1 if a workload failed.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        using var signals = new EndSignals();
        await using var run = new BenchRun(options);
        return await run.RunAsync(signals.End);
    }

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    private async Task<int> RunAsync(CancellationToken end)
    {
        var started = Stopwatch.GetTimestamp();
        Console.WriteLine($"{Environment.ProcessorCount} cores, {Load.Stamp.Length}-byte texts, loopback{(_options.Quick ? "; quick, so coarse" : "")}\n\n{Table.Header}");
        foreach (var entry in Wanted)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                await MeasureAsync(entry).WaitAsync(end);
            }
            catch (Exception e) when (!end.IsCancellationRequested)
            {
                _failures[entry.Name] = e.Message;
                Console.WriteLine($"{entry.Name}: failed. {e.Message}");
                if (e is not BenchException)
                {
                    await Console.Error.WriteLineAsync(e.ToString());
                }
            }
            catch (OperationCanceledException)
            {
                return EndSignals.ExitCode;
            }

            _seconds[entry.Name] = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 1);

            // Queues and names that are left would take a little from the next workload; a quick run's are few.
            if (!_options.Quick)
            {
                await _servers.StopAsync();
            }
        }

        await WriteAsync();
        Console.WriteLine($"\n{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s; more in {_options.Out}");
        return _failures.Count == 0 ? 0 : 1;
    }

    private IEnumerable<WorkloadList.Entry> Wanted => _options.Only is []
        ? WorkloadList.All.Where(entry => entry.IsSmall || !_options.Quick)
        : _options.Only.Select(WorkloadList.Find).OfType<WorkloadList.Entry>().DistinctBy(entry => entry.Name);

    // Raw and product in turn, so that a machine whose speed drifts treats both alike.
    private async Task MeasureAsync(WorkloadList.Entry entry)
    {
        var raw = new List<Sample>();
        var product = new List<Sample>();
        await using var workload = entry.Make(_servers, _options.Quick);
        await workload.PrepareAsync();
        if (workload.WarmsUp)
        {
            await workload.MeasureRawAsync();
            await workload.MeasureProductAsync();
        }

        for (var pair = 0; pair < (_options.Pairs ?? workload.Pairs); pair++)
        {
            raw.Add(await workload.MeasureRawAsync());
            product.Add(await workload.MeasureProductAsync());
        }

        foreach (var row in workload.Rows)
        {
            var result = new Result(
                entry.Name,
                row,
                [.. raw.Select(sample => sample.Figures[row.Raw])],
                [.. product.Select(sample => sample.Figures[row.Product])]);
            _results.Add(result);
            Console.WriteLine(Table.Line(result));
        }
    }

    private async Task WriteAsync()
    {
        Directory.CreateDirectory(_options.Out);
        await JsonReport.WriteAsync(
            Path.Combine(_options.Out, "results.json"), await Machine.DescribeAsync(_servers), _options.Quick, _results, _failures, _seconds);
        foreach (var workload in _results.GroupBy(result => result.Workload))
        {
            await File.WriteAllTextAsync(Path.Combine(_options.Out, $"{workload.Key}.svg"), Chart.Draw(workload.Key, [.. workload]));
        }

        // How a figure changes with the size, where one workload was measured in several.
        var sized = from result in _results
            let named = WorkloadList.SizeOf(result.Workload)
            where named is not null
            orderby named.Value.Size
            group (named.Value.Size, result) by named.Value.Family;
        foreach (var family in sized.Where(rows => rows.DistinctBy(row => row.Size).Count() > 1))
        {
            await File.WriteAllTextAsync(Path.Combine(_options.Out, $"{family.Key}-growth.svg"), Chart.DrawGrowth(family.Key, [.. family]));
        }
    }
}
