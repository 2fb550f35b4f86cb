using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>
/// A member of a durable group comes back after an absence: from the start of its process until everything is stored. Raw: a
/// quorum queue with one text per delivery, appended to a file that is flushed before the deliveries are acknowledged.
/// </summary>
internal sealed class CatchUp(BenchServers servers, bool isQuick) : Workload(servers, isQuick)
{
    private const string Group = "catch-up";

    private static readonly RawQueues Kind = new("bench.catch-up", IsDurable: true);

    private readonly string _member = servers.NewName("member");
    private RoleProcess? _sender;
    private RoleProcess? _publisher;
    private Place? _place;

    private int Missed => IsQuick ? 2_000 : 20_000;

    public override IReadOnlyList<Row> Rows { get; } = [new("from start to all stored", "ms", Goal.AtMost(3))];

    public override bool WarmsUp => false;

    private RawMembersRole.Start RawStart => new(
        _place!.Rabbit!, Kind, ["bench.catch-up.member"], File: Path.Combine(Servers.NewFolder("raw"), "stored"));

    public override async Task PrepareAsync()
    {
        _place = new Place(
            (await Servers.RedisAsync()).ConnectionString, (await Servers.RabbitAsync()).ConnectionString, Servers.NewFolder("catch-up"));
        _publisher = Keep(await RoleProcess.StartAsync<RawPublisherRole>());
        await _publisher.AskAsync(new RawPublisherRole.Start(_place.Rabbit!, Kind));
        _sender = Keep(await RoleProcess.StartAsync<ClientsRole>());
        await _sender.AskAsync(new ClientsRole.Start([Servers.NewName("sender")], _place));
        await _sender.AskAsync(new ClientsRole.Join(Group, "durable"));

        // From now on both have a queue.
        await using var raw = await RoleProcess.StartAsync<RawMembersRole>();
        await raw.AskAsync(RawStart);
        await using var member = await RoleProcess.StartAsync<ClientsRole>();
        await member.AskAsync(new ClientsRole.Start([_member], _place));
        await member.AskAsync(new ClientsRole.Join(Group, "durable"));
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        await _publisher!.AskAsync(new RawPublisherRole.Publish(new Pace(Missed)));
        return await MeasureAsync<RawMembersRole>(member => member.AskAsync(RawStart));
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        await _sender!.AskAsync(new ClientsRole.Send(Group, IsGroup: true, new Pace(Missed)));
        return await MeasureAsync<ClientsRole>(async member =>
        {
            await member.AskAsync(new ClientsRole.Start([_member], _place!));
            await member.AskAsync(new ClientsRole.Join(Group, "durable"));
        });
    }

    private async Task<Sample> MeasureAsync<TRole>(Func<RoleProcess, Task> enter)
        where TRole : Role
    {
        var began = Stopwatch.GetTimestamp();
        await using var member = await RoleProcess.StartAsync<TRole>();
        await member.AskAsync(new Expect(Missed));
        await enter(member);
        var arrived = await member.AskAsync(new AwaitArrivals());
        return new Sample().Add("from start to all stored", Stopwatch.GetElapsedTime(began, arrived.LastAt).TotalMilliseconds);
    }
}
