using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>
/// One sender and a group: raw queues; a client that sends to members without a store; and a client that sends to clients.
/// </summary>
internal sealed class GroupChat(BenchServers servers, bool isQuick, string mode, int members) : Workload(servers, isQuick)
{
    private const string Burst = "burst";
    private const string Paced = "paced";
    private const string Bare = "bare members, ";
    private const string Whole = "clients, ";

    private (RoleProcess Sender, Crowd Members) _raw;
    private (RoleProcess Sender, Crowd Members) _bare;
    private (RoleProcess Sender, Crowd Members) _whole;

    private bool IsDurable => mode == "durable";

    private Pace AtOnce => new(Math.Max((IsQuick ? 10_000 : 100_000) / members, 64));

    private Pace Steady => new(IsQuick ? 60 : 300, PerSecond: 100);

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new("burst to bare members", "deliveries/s", Goal.AtLeast(1), Burst, Bare + Burst),
        new("burst to clients", "deliveries/s", Goal.AtLeast(0.5), Burst, Whole + Burst),
        new("100/s to bare members, p50", "µs", Goal.AtMost(2), $"{Paced} p50", $"{Bare}{Paced} p50"),
        new("100/s to bare members, p99", "µs", Goal.AtMost(2), $"{Paced} p99", $"{Bare}{Paced} p99"),
        new("100/s to clients, p50", "µs", Goal.AtMost(5), $"{Paced} p50", $"{Whole}{Paced} p50"),
        new("100/s to clients, p99", "µs", Goal.AtMost(5), $"{Paced} p99", $"{Whole}{Paced} p99"),
    ];

    public override async Task PrepareAsync()
    {
        var rabbit = (await Servers.RabbitAsync()).ConnectionString;
        var place = new Place((await Servers.RedisAsync()).ConnectionString, rabbit, Servers.NewFolder("group"));
        var tag = $"{mode[0]}{members}";

        var kind = new RawQueues($"bench.{tag}", IsDurable);
        _raw = (Keep(await RoleProcess.StartAsync<RawPublisherRole>()), await StartBareAsync(rabbit, kind, $"bench.{tag}", verified: null));
        await _raw.Sender.AskAsync(new RawPublisherRole.Start(rabbit, kind));

        // The sender's client declares the exchange of the group when it enters.
        var bare = $"bare-{tag}";
        _bare.Sender = await StartClientAsync($"ann-{tag}", place, bare);
        _bare.Members = await StartBareAsync(rabbit, new RawQueues($"chat.group.{bare}", IsDurable), $"chat.group.{bare}", bare);

        var whole = $"whole-{tag}";
        _whole.Sender = await StartClientAsync($"ben-{tag}", place, whole);
        _whole.Members = Keep(await Crowd.StartAsync<ClientsRole>(Names($"{tag}-"), async (process, names) =>
        {
            await process.AskAsync(new ClientsRole.Start(names, place));
            await process.AskAsync(new ClientsRole.Join(whole, mode));
        }));
        _whole.Members.Freeze();
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        var sample = new Sample();
        await BurstAsync(sample, Burst, _raw.Members, () => _raw.Sender.AskAsync(new RawPublisherRole.Publish(AtOnce)));
        await PacedAsync(sample, Paced, _raw.Members, () => _raw.Sender.AskAsync(new RawPublisherRole.Publish(Steady)));
        return sample;
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        var sample = new Sample();
        await MeasureAsync(sample, Bare, _bare, $"bare-{mode[0]}{members}");

        // Hundreds of clients do something all the time, even when nobody writes: they are frozen while others are measured.
        _whole.Members.Thaw();
        await _whole.Members.AskAsync(_ => new ReadClock());
        await Task.Delay(TimeSpan.FromSeconds(1));
        await MeasureAsync(sample, Whole, _whole, $"whole-{mode[0]}{members}");
        _whole.Members.Freeze();
        return sample;
    }

    private async Task MeasureAsync(Sample sample, string which, (RoleProcess Sender, Crowd Members) to, string group)
    {
        await BurstAsync(sample, which + Burst, to.Members, () => to.Sender.AskAsync(new ClientsRole.Send(group, IsGroup: true, AtOnce)));
        await PacedAsync(sample, which + Paced, to.Members, () => to.Sender.AskAsync(new ClientsRole.Send(group, IsGroup: true, Steady)));
    }

    private async Task BurstAsync(Sample sample, string name, Crowd to, Func<Task<Sent>> send)
    {
        var (sent, arrived) = await SendAsync(to, AtOnce.Count, send);
        var took = Stopwatch.GetElapsedTime(sent.BeganAt, arrived.Max(part => part.LastAt));
        sample.Add(name, (double)AtOnce.Count * members / took.TotalSeconds);
    }

    private async Task PacedAsync(Sample sample, string name, Crowd to, Func<Task<Sent>> send)
    {
        var (_, arrived) = await SendAsync(to, Steady.Count, send);
        sample.AddTimes(name, arrived);
    }

    private static async Task<(Sent Sent, Arrived[] Arrived)> SendAsync(Crowd to, int count, Func<Task<Sent>> send)
    {
        await to.AskAsync(users => new Expect(users * count));
        var arrived = to.AskAsync(_ => new AwaitArrivals());
        return (await send(), await arrived);
    }

    private async Task<Crowd> StartBareAsync(string rabbit, RawQueues kind, string prefix, string? verified) =>
        Keep(await Crowd.StartAsync<RawMembersRole>(Names("m"), (process, names) => process.AskAsync(new RawMembersRole.Start(
            rabbit, kind, [.. names.Select(name => $"{prefix}.{name}.0123456789abcdef")], verified))));

    private async Task<RoleProcess> StartClientAsync(string name, Place place, string group)
    {
        var process = Keep(await RoleProcess.StartAsync<ClientsRole>());
        await process.AskAsync(new ClientsRole.Start([name], place));
        await process.AskAsync(new ClientsRole.Join(group, mode));
        return process;
    }

    private IEnumerable<string> Names(string prefix) => Enumerable.Range(0, members).Select(number => $"{prefix}{number}");
}
