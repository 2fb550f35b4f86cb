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
    private const string ToBare = "bare members, ";
    private const string ToWhole = "clients, ";

    private readonly string _bareGroup = $"bare-{mode[0]}{members}";
    private readonly string _wholeGroup = $"whole-{mode[0]}{members}";
    private RoleProcess? _publisher;
    private RoleProcess? _sender;
    private Crowd? _raw;
    private Crowd? _bare;
    private Crowd? _whole;

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new("burst to bare members", "deliveries/s", Goal.AtLeast(mode == "durable" ? 7.5 : 0.9), Burst, ToBare + Burst),
        new("burst to clients", "deliveries/s", Goal.AtLeast(mode == "durable" ? 3 : 0.5), Burst, ToWhole + Burst),
        new("100/s to bare members, p50", "µs", Goal.AtMost(2), $"{Paced} p50", $"{ToBare}{Paced} p50"),
        new("100/s to bare members, p99", "µs", Goal.AtMost(2), $"{Paced} p99", $"{ToBare}{Paced} p99"),
        new("100/s to clients, p50", "µs", Goal.AtMost(5), $"{Paced} p50", $"{ToWhole}{Paced} p50"),
        new("100/s to clients, p99", "µs", Goal.AtMost(5), $"{Paced} p99", $"{ToWhole}{Paced} p99"),
    ];

    private bool IsDurable => mode == "durable";

    private Pace AtOnce => new(Math.Max((IsQuick ? 10_000 : 100_000) / members, 64));

    private Pace Steady => new(IsQuick ? 60 : 300, PerSecond: 100);

    public override async Task PrepareAsync()
    {
        var rabbit = (await Servers.RabbitAsync()).ConnectionString;
        var place = new Place((await Servers.RedisAsync()).ConnectionString, rabbit, Servers.NewFolder("group"));
        var tag = $"{mode[0]}{members}";

        var kind = new RawQueues($"bench.{tag}", IsDurable);
        _publisher = Keep(await RoleProcess.StartAsync<RawPublisherRole>());
        await _publisher.AskAsync(new RawPublisherRole.Start(rabbit, kind));
        _raw = await StartBareAsync(rabbit, kind, verified: null);

        // The client declares the exchange of a group when it enters.
        _sender = Keep(await RoleProcess.StartAsync<ClientsRole>());
        await _sender.AskAsync(new ClientsRole.Start([$"ann-{tag}"], place));
        await _sender.AskAsync(new ClientsRole.Join(_bareGroup, mode));
        await _sender.AskAsync(new ClientsRole.Join(_wholeGroup, mode));
        _bare = await StartBareAsync(rabbit, new RawQueues($"chat.group.{_bareGroup}", IsDurable), _bareGroup);
        _whole = Keep(await Crowd.StartAsync<ClientsRole>(Names($"{tag}-"), async (process, names) =>
        {
            await process.AskAsync(new ClientsRole.Start(names, place));
            await process.AskAsync(new ClientsRole.Join(_wholeGroup, mode));
        }));
        _whole.Freeze();
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        var sample = new Sample();
        await BurstAsync(sample, Burst, _raw!, () => _publisher!.AskAsync(new RawPublisherRole.Publish(AtOnce)));
        await PacedAsync(sample, Paced, _raw!, () => _publisher!.AskAsync(new RawPublisherRole.Publish(Steady)));
        return sample;
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        var sample = new Sample();
        await MeasureAsync(sample, ToBare, _bare!, _bareGroup);

        // Hundreds of clients do something all the time, even when nobody writes: they are frozen while others are measured.
        _whole!.Thaw();
        await ReturnAsync(_whole, _wholeGroup);
        await MeasureAsync(sample, ToWhole, _whole, _wholeGroup);
        _whole.Freeze();
        return sample;
    }

    // Clients that were frozen for longer than the broker waits for a sign of life have lost their connections, and in a transient
    // group their queues and what was in them. A text that all of them get shows that they are back.
    private async Task ReturnAsync(Crowd crowd, string group)
    {
        for (var tries = 6; ; tries--)
        {
            await crowd.AskAsync(users => new Expect(users));
            var arrived = crowd.AskAsync(_ => new AwaitArrivals(IsDurable ? null : TimeSpan.FromSeconds(20)));
            await _sender!.AskAsync(new ClientsRole.Send(group, IsGroup: true, new Pace(1)));
            try
            {
                await arrived;
                return;
            }
            catch (BenchException) when (!IsDurable && tries > 1)
            {
                // Some were not back yet.
            }
        }
    }

    private async Task MeasureAsync(Sample sample, string which, Crowd to, string group)
    {
        await BurstAsync(sample, which + Burst, to, () => _sender!.AskAsync(new ClientsRole.Send(group, IsGroup: true, AtOnce)));
        await PacedAsync(sample, which + Paced, to, () => _sender!.AskAsync(new ClientsRole.Send(group, IsGroup: true, Steady)));
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

    // The names of queues as clients have them, with a fingerprint of nobody.
    private async Task<Crowd> StartBareAsync(string rabbit, RawQueues kind, string? verified) =>
        Keep(await Crowd.StartAsync<RawMembersRole>(Names("m"), (process, names) => process.AskAsync(new RawMembersRole.Start(
            rabbit, kind, [.. names.Select(name => $"{kind.Exchange}.{name}.0123456789abcdef")], verified))));

    private IEnumerable<string> Names(string prefix) => Enumerable.Range(0, members).Select(number => $"{prefix}{number}");
}
