using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>
/// A history of a million messages: its size, its newest page, marking all as read, and the start of a client that has it,
/// beside a plain table and the start of a client without a history.
/// </summary>
internal sealed class History(BenchServers servers, bool isQuick) : Workload(servers, isQuick)
{
    private const string Bytes = "on disk";
    private const string UnreadPage = "newest page, unread";
    private const string Mark = "mark all as read";
    private const string ReadPage = "newest page, read";
    private const string Start = "start of a client with it";

    private readonly string _user = servers.NewName("reader");
    private RoleProcess? _history;
    private RoleProcess? _raw;
    private (string Folder, double Bytes) _full;
    private (string Folder, double Bytes) _table;

    private int Count => IsQuick ? 100_000 : 1_000_000;

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new(Bytes, "bytes/message", Goal.AtMost(2.5)),
        new(UnreadPage, "ms", Goal.AtMost(3)),
        new(Mark, "ms", Goal.AtMost(5)),
        new(ReadPage, "ms", Goal.AtMost(3)),
        new(Start, "ms", Goal.AtMost(1.2)),
    ];

    public override bool WarmsUp => false;

    public override async Task PrepareAsync()
    {
        _raw = Keep(await RoleProcess.StartAsync<RawHistoryRole>());
        _history = Keep(await RoleProcess.StartAsync<HistoryRole>());
        var table = Servers.NewFolder("table");
        _table = (table, (double)(await _raw.AskAsync(new Fill(table, Count))).Bytes / Count);
        var full = Directory.CreateDirectory(Path.Combine(Servers.NewFolder("history"), _user)).FullName;
        _full = (full, (double)(await _history.AskAsync(new Fill(full, Count))).Bytes / Count);
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        await using var client = await WebProgram.StartClientAsync(Servers.NewName("newcomer"), await PlaceAsync(Servers.NewFolder("new")));
        return Take(new Sample().Add(Bytes, _table.Bytes).Add(Start, client.Start.TotalMilliseconds),
            await _raw!.AskAsync(new Read(_table.Folder)));
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        // A copy, since it can be marked as read only once.
        var place = Servers.NewFolder("copy");
        var copy = Directory.CreateDirectory(Path.Combine(place, _user)).FullName;
        foreach (var file in Directory.EnumerateFiles(_full.Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var sample = new Sample().Add(Bytes, _full.Bytes);
        await using (var client = await WebProgram.StartClientAsync(_user, await PlaceAsync(place)))
        {
            sample.Add(Start, client.Start.TotalMilliseconds);
        }

        Take(sample, await _history!.AskAsync(new Read(copy)));
        Directory.Delete(place, recursive: true);
        return sample;
    }

    private static Sample Take(Sample sample, HistoryTimes times) =>
        sample.Add(UnreadPage, times.UnreadPage).Add(Mark, times.Mark).Add(ReadPage, times.ReadPage);

    private async Task<Place> PlaceAsync(string folder) => new((await Servers.RedisAsync()).ConnectionString, Rabbit: null, folder);
}
