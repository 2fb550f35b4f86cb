using System.Diagnostics;
using AspireChat.Bench.Report;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>A comparison of all kinds of group: one number of members after the other, and a report.</summary>
internal sealed class CompareRun : IAsyncDisposable
{
    private readonly CompareOptions _options;
    private readonly BenchServers _servers;
    private readonly List<KindFigures> _rows = [];
    private readonly List<string> _failures = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private Stage? _stage;
    private int _said;

    private CompareRun(CompareOptions options) => (_options, _servers) = (options, new BenchServers(options.Fsync));

    /// <summary>Compares.</summary>
    /// <returns>The exit code: 1 if something went wrong, or a kind that keeps messages lost or doubled one.</returns>
    public static async Task<int> RunAsync(CompareOptions options)
    {
        using var signals = new EndSignals();
        await using var run = new CompareRun(options);
        try
        {
            return await (options.RedisLoss ? run.MeasureRedisLossAsync() : run.RunAsync()).WaitAsync(signals.End);
        }
        catch (OperationCanceledException) when (signals.End.IsCancellationRequested)
        {
            return EndSignals.ExitCode;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stage is not null)
        {
            await _stage.DisposeAsync();
        }

        await _servers.DisposeAsync();
    }

    private async Task<int> RunAsync()
    {
        Console.WriteLine(
            $"{Environment.ProcessorCount} cores, {Load.Stamp.Length}-byte texts, loopback, appendfsync {_options.Fsync}"
            + $"{(_options.Quick ? "; quick, so coarse" : "")}\n");
        foreach (var members in _options.Members)
        {
            try
            {
                await MeasureAsync(members);
            }
            catch (Exception e) when (e is BenchException or TimeoutException)
            {
                _failures.Add($"{members} members: {e.Message}");
            }

            await EndStageAsync();

            // Their queues and names would take a little from the next; a quick run's are few.
            if (!_options.Quick)
            {
                await _servers.StopAsync();
            }
        }

        foreach (var line in CompareColumn.Lines(CompareColumn.ReportAsText, _rows))
        {
            Console.WriteLine(line);
        }

        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        await CompareReport.WriteAsync(_options.Out, _rows);
        await CompareReport.WriteJsonAsync(_options.Out, "comparison", new
        {
            machine = await Machine.DescribeAsync(_servers),
            isQuick = _options.Quick,
            _options.Fsync,
            rows = _rows,
            failures = _failures,
            seconds = Math.Round(seconds, 1),
        });
        Console.WriteLine("\nkilled: lost / doubled / seconds until the first later text had reached all members");
        Console.WriteLine($"{seconds:0} s; more in {_options.Out}");
        return _failures is [] ? 0 : 1;
    }

    private async Task MeasureAsync(int members)
    {
        Console.WriteLine($"{Stopwatch.GetElapsedTime(_began).TotalSeconds,5:0.0} s  starting {members} members");
        _stage = await Stage.StartAsync(_servers, members);
        var sizes = new CompareSizes(members, _stage.Kinds.Count, _options.Quick);
        await using var live = new LiveTable(_stage, _began);
        _failures.AddRange(await QuietPhase.MeasureAsync(_stage, sizes, live));
        _failures.AddRange(await KillPhase.MeasureAsync(_stage, _stage.Rabbit, sizes, live, (kind, outage) => kind.RabbitMqKilled = outage));
        _failures.AddRange(await KillPhase.MeasureAsync(_stage, _stage.Redis, sizes, live, (kind, outage) => kind.RedisKilled = outage));
        live.Tell("reading the members' histories");
        foreach (var kind in _stage.Kinds)
        {
            kind.Stored = await _stage.CompareStoredAsync(kind);
        }
    }

    private async Task EndStageAsync()
    {
        if (_stage is not null)
        {
            _rows.AddRange(_stage.Kinds);
            _failures.AddRange(_stage.Kinds.SelectMany(kind => kind.FindBroken()));
            await _stage.DisposeAsync();
            _stage = null;
        }

        // Not before: a line of its own would disturb the table that is rewritten in its place.
        foreach (var failure in _failures.Skip(_said))
        {
            await Console.Error.WriteLineAsync(failure);
        }

        _said = _failures.Count;
    }

    private async Task<int> MeasureRedisLossAsync()
    {
        var rows = await RedisLoss.MeasureAsync(_servers);
        await CompareReport.WriteJsonAsync(_options.Out, "redisLoss", new { machine = await Machine.DescribeAsync(_servers), rows });
        return 0;
    }
}
