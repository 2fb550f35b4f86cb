using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Report;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>A survey, from the call until the last of all users has answered; the asker's first one, and later ones.</summary>
internal sealed class Survey(BenchServers servers, bool isQuick, int users) : Workload(servers, isQuick)
{
    private const double Seconds = 30;

    private Place? _place;
    private Crowd? _crowd;

    public override bool WarmsUp => !IsQuick;

    private int Later => IsQuick ? 3 : 10;

    public override IReadOnlyList<Row> Rows { get; } = [new("first", "ms", Goal.AtMost(5)), new("later", "ms", Goal.AtMost(5))];

    public override async Task PrepareAsync()
    {
        var rabbit = (await Servers.RabbitAsync()).ConnectionString;
        _place = new Place((await Servers.RedisAsync()).ConnectionString, rabbit, Servers.NewFolder("survey"));
        var names = Enumerable.Range(0, users).Select(_ => Servers.NewName("s")).ToList();
        Keep(await Crowd.StartAsync<RawSurveyRole>(
            names, (process, part) => process.AskAsync(new RawSurveyRole.Answer(rabbit, part.Length))));
        _crowd = Keep(await Crowd.StartAsync<ClientsRole>(names, (process, part) => process.AskAsync(new ClientsRole.Start(part, _place))));
    }

    public override async Task<Sample> MeasureRawAsync()
    {
        await using var asker = await RoleProcess.StartAsync<RawSurveyRole>();
        await asker.AskAsync(new RawSurveyRole.Connect(_place!.Rabbit!));
        _crowd!.Freeze();
        try
        {
            return await MeasureAsync(() => asker.AskAsync(new RawSurveyRole.Ask(users)));
        }
        finally
        {
            _crowd.Thaw();
        }
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        await using var asker = await RoleProcess.StartAsync<ClientsRole>();
        await asker.AskAsync(new ClientsRole.Start([Servers.NewName("asker")], _place!));
        return await MeasureAsync(async () =>
        {
            var found = await asker.AskAsync(new ClientsRole.Discover(Seconds));
            return found.Users == users
                ? found.Milliseconds
                : throw new BenchException($"{found.Users} of {users} users answered within {Seconds} s.");
        });
    }

    private async Task<Sample> MeasureAsync(Func<Task<double>> ask)
    {
        var sample = new Sample().Add("first", await ask());
        var later = new List<double>();
        for (var i = 0; i < Later; i++)
        {
            later.Add(await ask());
        }

        return sample.Add("later", Result.Median(later));
    }
}
