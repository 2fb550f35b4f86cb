using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Bench.Raw;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Workloads;

/// <summary>Two users in two processes and a chat between them, beside a raw stream between two processes.</summary>
internal abstract class PrivateChat(BenchServers servers, bool isQuick) : Workload(servers, isQuick)
{
    private readonly string _alice = servers.NewName("alice");

    /// <summary>Whom the product's sender writes to.</summary>
    protected string Receiver { get; } = servers.NewName("bob");

    /// <summary>The product's ends.</summary>
    protected (RoleProcess Alice, RoleProcess Bob) Product { get; private set; }

    /// <summary>The raw ends.</summary>
    protected (RoleProcess Alice, RoleProcess Bob) Raw { get; private set; }

    public override async Task PrepareAsync()
    {
        Raw = (Keep(await RoleProcess.StartAsync<RawSenderRole>()), Keep(await RoleProcess.StartAsync<RawReceiverRole>()));
        Product = (Keep(await RoleProcess.StartAsync<ClientsRole>()), Keep(await RoleProcess.StartAsync<ClientsRole>()));

        var certificate = Convert.ToBase64String(RawStream.MakeCertificate());
        var address = await Raw.Bob.AskAsync(
            new RawReceiverRole.Listen(Path.Combine(Servers.NewFolder("raw"), "stored"), certificate));
        await Raw.Alice.AskAsync(new RawSenderRole.Connect(address, certificate));

        var place = new Place((await Servers.RedisAsync()).ConnectionString, Rabbit: null, Servers.NewFolder("private"));
        await Task.WhenAll(
            Product.Alice.AskAsync(new ClientsRole.Start([_alice], place)), Product.Bob.AskAsync(new ClientsRole.Start([Receiver], place)));
        await Product.Alice.AskAsync(new ClientsRole.OpenChat(Receiver));
    }
}

/// <summary>A lone message, from the sender's call until the receiver has stored it.</summary>
internal sealed class PrivateLatency(BenchServers servers, bool isQuick) : PrivateChat(servers, isQuick)
{
    private int Count => IsQuick ? 300 : 1_000;

    public override IReadOnlyList<Row> Rows { get; } =
        [new("one way p50", "µs", Goal.AtMost(1.2)), new("one way p99", "µs", Goal.AtMost(1.5))];

    public override async Task<Sample> MeasureRawAsync()
    {
        await Raw.Bob.AskAsync(new Expect(Count));
        await Raw.Alice.AskAsync(new RawSenderRole.SendOneByOne(Count));
        return new Sample().AddTimes("one way", [await Raw.Bob.AskAsync(new AwaitArrivals())]);
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        await Product.Bob.AskAsync(new Expect(Count));
        await Product.Alice.AskAsync(new ClientsRole.SendOneByOne(Receiver, Count));
        return new Sample().AddTimes("one way", [await Product.Bob.AskAsync(new AwaitArrivals())]);
    }
}

/// <summary>All at once, until the last is acknowledged: one text to a call, and as many as a call takes.</summary>
internal sealed class PrivateThroughput(BenchServers servers, bool isQuick) : PrivateChat(servers, isQuick)
{
    // The most that a call takes (TextListBody.MaxMessages, which earlier commits lack).
    private const int PerCall = 256;

    // Four lists are as many texts as may leave before their commit (Departures.Window).
    private const int ListCallers = 4;

    private int Count => IsQuick ? 5_000 : 60_000;

    private int Lists => Count / PerCall;

    // Enough to be more than a moment.
    private int RawCount => IsQuick ? 50_000 : 300_000;

    public override IReadOnlyList<Row> Rows { get; } =
    [
        new("stored and acknowledged", "messages/s", Goal.AtLeast(0.2)),
        new("the same, sent as lists", "messages/s", Goal.AtLeast(0.2), "stored and acknowledged", "sent as lists"),
    ];

    public override async Task<Sample> MeasureRawAsync()
    {
        await Raw.Bob.AskAsync(new Expect(RawCount));
        return new Sample().Add("stored and acknowledged", Rate(RawCount, await Raw.Alice.AskAsync(new RawSenderRole.SendAtOnce(RawCount))));
    }

    public override async Task<Sample> MeasureProductAsync()
    {
        var single = await Product.Alice.AskAsync(new ClientsRole.Send(Receiver, IsGroup: false, new Pace(Count)));
        await FillIndexAsync();
        var lists = await Product.Alice.AskAsync(new ClientsRole.SendLists(Receiver, PerCall, new Pace(Lists, Callers: ListCallers)));
        await FillIndexAsync();
        return new Sample().Add("stored and acknowledged", Rate(Count, single)).Add("sent as lists", Rate(Lists * PerCall, lists));
    }

    // Otherwise it would be filled while something else is measured.
    private async Task FillIndexAsync() => await Task.WhenAll(
        Product.Alice.AskAsync(new ClientsRole.FillIndex()), Product.Bob.AskAsync(new ClientsRole.FillIndex()));

    private static double Rate(int count, Sent sent) => count / sent.Took.TotalSeconds;
}
