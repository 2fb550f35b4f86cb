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

    // How many call at a time, and how many posts they make: one to two seconds of each, five in all with those that are timed one by
    // one. After that, a client fills its search index even in a burst.
    private static readonly (int Callers, int Posts)[] AtOnce = [(1, 1_000), (8, 3_000), (64, 10_000)];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _receiver = servers.NewName("bob");
    private (WebProgram Sender, Watch Events) _product;
    private (WebProgram Sender, Watch Events) _raw;
    private WebProgram? _bob;

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new($"{ToEvent} p50", "µs", Goal.AtMost(3)),
        .. AtOnce.Select(burst => new Row(Name(burst.Callers), "posts/s", Goal.AtLeast(0.25))),
    ];

    public override async Task PrepareAsync()
    {
        var empty = Keep(await WebProgram.StartEmptyAsync(Servers.NewFolder("empty")));
        _raw = (empty, Keep(await Watch.StartAsync(empty)));

        var place = new Place((await Servers.RedisAsync()).ConnectionString, Rabbit: null, Servers.NewFolder("api"));
        _bob = Keep(await WebProgram.StartClientAsync(_receiver, place));
        _product.Sender = Keep(await WebProgram.StartClientAsync(Servers.NewName("alice"), place));
        _product.Events = Keep(await Watch.StartAsync(_bob));
        await _product.Sender.Api.OpenChatAsync(_receiver);
    }

    // The empty program is so fast that the same number of posts would be over in a moment.
    public override Task<Sample> MeasureRawAsync() => MeasureAsync(_raw.Sender, _raw.Events, times: 4);

    // Both clients fill their search index once a burst is over; that would slow down the next raw side.
    public override async Task<Sample> MeasureProductAsync()
    {
        var sample = await MeasureAsync(_product.Sender, _product.Events, times: 1);
        await Task.WhenAll(_product.Sender.QuietAsync(), _bob!.QuietAsync());
        return sample;
    }

    private static string Name(int callers) => $"posts, {callers} at once";

    private async Task<Sample> MeasureAsync(WebProgram sender, Watch events, int times)
    {
        var took = new List<double>();
        for (var i = 0; i < (IsQuick ? 100 : 500); i++)
        {
            events.Expect(1);
            var began = Stopwatch.GetTimestamp();
            await sender.Api.SendToUserAsync(_receiver, Stamp.Text());
            took.Add(Stopwatch.GetElapsedTime(began, await events.AllAsync()).TotalMicroseconds);
        }

        var sample = new Sample().AddTimes(ToEvent, took);
        foreach (var (callers, posts) in AtOnce)
        {
            var count = times * (IsQuick ? posts / 5 : posts);
            events.Expect(count);
            var began = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = callers },
                async (_, end) => await sender.Api.SendToUserAsync(_receiver, Stamp.Text(), id: null, end));
            sample.Add(Name(callers), count / Stopwatch.GetElapsedTime(began).TotalSeconds);
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
