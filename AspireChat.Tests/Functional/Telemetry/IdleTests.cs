using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Telemetry;

public sealed partial class IdleTests(SharedRabbitMq broker)
{
    // Several renewals a second instead of one every five seconds.
    private static readonly (string, string)[] Hasty =
    [
        ("Chat:NameServer:Lease", "00:00:01"), ("Chat:NameServer:RenewEvery", "00:00:00.1"), ("Chat:Groups:Lease", "00:00:01"),
        ("Chat:Peer:MaxBackoff", "00:00:00.1"),
    ];

    [Fact]
    public async Task An_idle_client_records_no_span()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", [.. otlp.SettingsFor("alice"), .. Hasty]);
        await using var events = await alice.WatchAsync();

        // What an open window reads by itself, and what health checks read.
        await alice.Api.MeAsync();
        await alice.Api.UsersAsync();
        await alice.Api.ChatsAsync();
        await alice.Api.GroupsAsync();
        foreach (var path in new[] { "/health", "/alive" })
        {
            using var answer = await alice.Http.GetAsync(path, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        await BeatAsync(system, times: 40);
        await otlp.CatchUpAsync(alice);
        Assert.Empty(otlp.Traces());

        // Its shutdown leaves none either.
        Assert.Equal(0, await alice.TerminateAsync());
        Assert.Empty(otlp.Traces());
    }

    [Fact]
    public async Task Leases_links_and_streams_start_no_traces()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob", [.. otlp.SettingsFor("bob"), .. Hasty]);
        var alice = await system.StartProgramAsync("alice", [.. otlp.SettingsFor("alice"), .. Hasty]);
        await alice.Api.OpenChatAsync("bob");
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await alice.Api.SendAsync("bob", "over the stream");
        await Until.Equal("how many messages bob has", 1, async () => (await bob.Api.MessagesAsync("alice")).Count);
        await otlp.CatchUpAsync(alice, bob);
        var caused = otlp.Traces();

        // The stream ends; alice calls again and again until bob is back.
        await bob.KillAsync();
        await BeatAsync(system, times: 40);
        await bob.RestartAsync();
        await using var events = await bob.WatchAsync();
        await alice.Api.SendAsync("bob", "over another stream");
        await Until.Equal("how many messages bob has in the end", 2, async () => (await bob.Api.MessagesAsync("alice")).Count);
        Assert.Equal(0, await alice.TerminateAsync());
        Assert.Equal(0, await bob.TerminateAsync());

        var traces = otlp.Traces();
        Assert.All(caused, trace => Assert.Equal(trace.Value, traces[trace.Key]));
        var trace = Assert.Single(traces, trace => !caused.ContainsKey(trace.Key)).Value;
        Assert.Equal(
            """
            alice: POST /api/chats/{user}/messages
              alice: send user
                alice: delivered user
                bob: receive user
            """,
            trace);
    }

    // Each heartbeat and each renewal of a membership runs a script in Redis.
    private static async Task BeatAsync(ChatSystem system, int times)
    {
        var before = await ScriptsAsync(system);
        await Until.True($"Redis has run {times} more scripts", async () => await ScriptsAsync(system) >= before + times);
    }

    private static async Task<int> ScriptsAsync(ChatSystem system) =>
        int.Parse(Calls().Match((await system.Redis.ExecuteAsync("INFO", "commandstats")).ToString()).Groups[1].Value);

    [GeneratedRegex(@"cmdstat_eval:calls=(\d+)")]
    private static partial Regex Calls();
}
