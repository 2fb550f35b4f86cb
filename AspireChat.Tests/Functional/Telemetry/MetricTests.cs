using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Telemetry;

public sealed class MetricTests
{
    [Fact]
    public async Task Messages_are_counted_and_timed_at_both_ends()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));
        await alice.Api.SendAsync("bob", "one");
        await alice.Api.SendAsync("bob", "two");
        await Until.Equal("how many messages bob has", 2, async () => (await bob.Api.MessagesAsync("alice")).Count);

        await AwaitAsync(otlp, "alice", "aspirechat.messages.sent", "user", "{message}", 2);
        await AwaitAsync(otlp, "bob", "aspirechat.messages.received", "user", "{message}", 2);
        await AwaitAsync(otlp, "alice", "aspirechat.messages.confirmed", "user", "{message}", 2);
        await AwaitAsync(otlp, "alice", "aspirechat.delivery.duration", "user", "s", 2);
        await AwaitAsync(otlp, "alice", "aspirechat.peers.online", "", "{peer}", 1);

        // The buckets are for seconds: a delivery takes a few milliseconds.
        Assert.Equal(0.005, otlp.Metric("alice", "aspirechat.delivery.duration", "user")!.Bounds[0]);
    }

    [Fact]
    public async Task The_outbox_metric_counts_undelivered_messages_also_after_a_restart()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));

        // The silent peer does not count as away meanwhile.
        var alice = await system.StartProgramAsync("alice", [.. otlp.SettingsFor("alice"), ("Chat:Peer:AwayAfter", "00:05:00")]);
        await alice.Api.OpenChatAsync("bob");
        await AwaitDepthAsync(otlp, 0);

        bob.Pause();
        await alice.Api.SendAsync("bob", "one");
        await alice.Api.SendAsync("bob", "two");
        await AwaitDepthAsync(otlp, 2);

        await alice.KillAsync();
        await alice.RestartAsync();
        await alice.Api.SendAsync("bob", "three");
        await AwaitDepthAsync(otlp, 3);

        bob.Resume();
        await AwaitDepthAsync(otlp, 0);
    }

    private static Task AwaitDepthAsync(OtlpReceiver otlp, double depth) =>
        AwaitAsync(otlp, "alice", "aspirechat.outbox.depth", "user", "{message}", depth);

    private static Task AwaitAsync(OtlpReceiver otlp, string service, string name, string kind, string unit, double value) => Until.Equal(
        $"{service}'s {name}",
        (unit, value),
        () => Task.FromResult(otlp.Metric(service, name, kind) is { } metric ? (metric.Unit, metric.Value) : ("", -1)));
}
