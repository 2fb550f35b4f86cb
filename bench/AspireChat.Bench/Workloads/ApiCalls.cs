using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>The local API: messages posted at one client, and their events at the other.</summary>
internal sealed class ApiCalls(BenchServers servers, bool isQuick) : Workload(servers, isQuick)
{
    private const string ToEvent = "post to event";

    private static readonly int[] AtOnce = [1, 8, 64];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _receiver = servers.NewName("bob");
    private (WebProgram Sender, Watch Events) _product;
    private (WebProgram Sender, Watch Events) _raw;

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new($"{ToEvent} p50", "µs", Goal.AtMost(3)),
        .. AtOnce.Select(callers => new Row($"posts, {callers} at once", "posts/s", Goal.AtLeast(0.25))),
    ];

    public override async Task PrepareAsync()
    {
        var empty = Keep(await WebProgram.StartEmptyAsync(Servers.NewFolder("empty")));
        _raw = (empty, Keep(await Watch.StartAsync(empty)));

        var place = new Place((await Servers.RedisAsync()).ConnectionString, Rabbit: null, Servers.NewFolder("api"));
        var receiver = Keep(await WebProgram.StartClientAsync(_receiver, place));
        _product.Sender = Keep(await WebProgram.StartClientAsync(Servers.NewName("alice"), place));
        _product.Events = Keep(await Watch.StartAsync(receiver));
        await _product.Sender.Api.OpenChatAsync(_receiver);
    }

    public override Task<Sample> MeasureRawAsync() => MeasureAsync(_raw.Sender, _raw.Events);

    public override Task<Sample> MeasureProductAsync() => MeasureAsync(_product.Sender, _product.Events);

    private async Task<Sample> MeasureAsync(WebProgram sender, Watch events)
    {
        var times = new List<double>();
        for (var i = 0; i < (IsQuick ? 100 : 500); i++)
        {
            events.Expect(1);
            var began = Stopwatch.GetTimestamp();
            await sender.Api.SendToUserAsync(_receiver, Stamp.Text());
            times.Add(Stopwatch.GetElapsedTime(began, await events.AllAsync()).TotalMicroseconds);
        }

        var sample = new Sample().AddTimes(ToEvent, times);
        foreach (var callers in AtOnce)
        {
            var count = (IsQuick ? 200 : 2_000) * Math.Max(1, callers / 4);
            events.Expect(count);
            var began = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = callers },
                async (_, end) => await sender.Api.SendToUserAsync(_receiver, Stamp.Text(), id: null, end));
            sample.Add($"posts, {callers} at once", count / Stopwatch.GetElapsedTime(began).TotalSeconds);
            await events.AllAsync(); // What is on its way would slow down the next.
        }

        return sample;
    }

    /// <summary>The events of a receiver.</summary>
    private sealed class Watch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly LiveEventStream _stream;
        private readonly Task _reading;
        private TaskCompletionSource<long> _all = new();
        private int _left;

        private Watch(LiveEventStream stream)
        {
            _stream = stream;
            _reading = Task.Run(ReadAsync);
        }

        public static async Task<Watch> StartAsync(WebProgram receiver) => new(await receiver.Api.WatchAsync());

        public void Expect(int count)
        {
            _all = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, count);
        }

        public Task<long> AllAsync() => _all.Task.WaitAsync(Patience);

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _stream.DisposeAsync();
            _end.Dispose();
        }

        private async Task ReadAsync()
        {
            await foreach (var happened in _stream.ReadAllAsync(_end.Token))
            {
                if (happened.Data is Message && Interlocked.Decrement(ref _left) == 0)
                {
                    _all.SetResult(Stopwatch.GetTimestamp());
                }
            }
        }
    }
}
