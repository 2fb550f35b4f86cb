using AspireChat.Bench.Processes;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>What a client costs that nobody uses: start, memory, processor time; alone and with open chats.</summary>
internal sealed class ClientCosts(BenchServers servers, bool isQuick, int chats) : Workload(servers, isQuick)
{
    // The least that the system counts.
    private const double Tick = 10;

    private const string Memory = "memory";
    private const string Processor = "processor time";
    private const string WithChats = " with open chats";

    private Place? _place;
    private Crowd? _friends;
    private IReadOnlyList<string> _names = [];

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new("start", "ms", Goal.AtMost(2)),
        new(Memory, "MiB", Goal.AtMost(1.5)),
        new(Memory + WithChats, "MiB", Goal.AtMost(2), Memory, Memory + WithChats),
        new(Processor, "ms/s", Goal.AtMost(3)),
        new(Processor + WithChats, "ms/s", Goal.AtMost(4), Processor, Processor + WithChats),
    ];

    public override bool WarmsUp => false;

    // The runtime compiles what it runs often once more, in the background; of a client that does nothing for a minute.
    private TimeSpan Settle => TimeSpan.FromSeconds(IsQuick ? 1 : 60);

    private TimeSpan Window => TimeSpan.FromSeconds(IsQuick ? 2 : 10);

    public override async Task PrepareAsync()
    {
        _place = new Place(
            (await Servers.RedisAsync()).ConnectionString, (await Servers.RabbitAsync()).ConnectionString, Servers.NewFolder("costs"));
        _names = [.. Enumerable.Range(0, chats).Select(_ => Servers.NewName("friend"))];
        _friends = Keep(await Crowd.StartAsync<ClientsRole>(
            _names, (process, part) => process.AskAsync(new ClientsRole.Start(part, _place))));
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        await using var empty = await FrozenAsync(() => WebProgram.StartEmptyAsync(Servers.NewFolder("empty")));
        return await IdleAsync(new Sample().Add("start", empty.Start.TotalMilliseconds), empty, "");
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        await using var client = await FrozenAsync(() => WebProgram.StartClientAsync(Servers.NewName("idle"), _place!));
        var sample = await IdleAsync(new Sample().Add("start", client.Start.TotalMilliseconds), client, "");
        foreach (var name in _names)
        {
            await OpenAsync(client.Api, name);
        }

        return await IdleAsync(sample, client, WithChats);
    }

    // The friends would take time from a start.
    private async Task<WebProgram> FrozenAsync(Func<Task<WebProgram>> start)
    {
        _friends!.Freeze();
        try
        {
            return await start();
        }
        finally
        {
            _friends.Thaw();
        }
    }

    private async Task<Sample> IdleAsync(Sample sample, WebProgram program, string which)
    {
        await Task.Delay(Settle);
        var before = program.Processor;
        await Task.Delay(Window);
        return sample
            .Add(Processor + which, Math.Max((program.Processor - before).TotalMilliseconds, Tick) / Window.TotalSeconds)
            .Add(Memory + which, program.Memory);
    }

    private static async Task OpenAsync(LocalApiClient api, string name)
    {
        for (var tries = 10; ; tries--)
        {
            try
            {
                await api.OpenChatAsync(name);
                return;
            }
            catch (LocalApiException) when (tries > 0)
            {
                // A friend that was frozen is about to register again.
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }
}
