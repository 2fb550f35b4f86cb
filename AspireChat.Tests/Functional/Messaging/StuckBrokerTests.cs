using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>A broker that is lost, frozen or forbidden at the very moment of a publish.</summary>
public sealed class StuckBrokerTests(SharedRabbitMq broker)
{
    private static readonly (string, string) Eager = ("Chat:Broker:MaxBackoff", "00:00:00.1");

    // Sooner than the 20 s of two heartbeats after which the library would notice.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(14);

    [Fact]
    public async Task A_connection_lost_at_its_first_probe_does_not_count_as_connected()
    {
        await using var proxy = BrokerProxy.Cutting(await broker.CreateVirtualHostAsync(), exchange: "", routingKey: "chat.probe");
        await using var system = await ChatSystem.StartAsync(proxy.ConnectionString);
        var alice = system.LaunchProgram("alice", settings: Eager);
        await alice.UntilAliveAsync();
        await using var events = await alice.WatchAsync();

        var before = proxy.FaultCount;
        await Until.True("the client has tried more than five times again", () => proxy.FaultCount > before + 5);
        Assert.Equal("connecting", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
        Assert.DoesNotContain(events.Seen<ConnectionChange>(), change => change.Connection == "rabbitmq");

        // The log says it once for each way in which a connection can end, not at every try.
        Assert.InRange(alice.Process.Output.Split('\n').Count(line => line.Contains("RabbitMQ is away", StringComparison.Ordinal)), 1, 3);

        proxy.OnlyForwards = true;
        await events.NextAsync<ConnectionChange>(
            "the client is connected", change => change is { Connection: "rabbitmq", State: "connected" });
    }

    [Fact]
    public async Task A_client_without_permission_to_probe_for_alarms_is_connected()
    {
        var server = await broker.ServerAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await server.PermitAsync(system.Rabbit!, write: "^(?!amq.default$).*");

        var alice = await system.StartClientAsync("alice", Eager);
        Assert.Equal("connected", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
    }

    [Fact]
    public async Task A_survey_ends_with_a_clear_error_when_the_broker_freezes()
    {
        await using var proxy = BrokerProxy.Freezing(await broker.CreateVirtualHostAsync(), "chat.discovery", routingKey: "");
        await using var system = await ChatSystem.StartAsync(proxy.ConnectionString);
        var alice = await system.StartClientAsync("alice", ("Chat:Broker:PublishDeadline", "00:00:01"));
        await using var events = await alice.WatchAsync();

        var asked = TimeProvider.System.GetTimestamp();
        var refusal = await ChatApi.RefusalAsync(() => alice.Api.DiscoverAsync());
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked), TimeSpan.Zero, Soon);
        Assert.Equal(1, proxy.FaultCount);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.StartsWith("RabbitMQ is away, so no client can be asked now", refusal.Message, StringComparison.Ordinal);
        await events.NextAsync<ConnectionChange>(
            "the client has dropped the connection", change => change is { Connection: "rabbitmq", State: "reconnecting" });
    }

    // No test can fill the buffers before a frozen broker, so this makes the call of the survey's responder.
    [Fact]
    public async Task A_stuck_publish_fails_at_its_deadline_and_drops_the_connection()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var before = await bench.Broker.GetAsync(TestContext.Current.CancellationToken);
        var never = new TaskCompletionSource();

        var e = await Assert.ThrowsAsync<TimeoutException>(() => bench.Broker.UsePublishingAsync(
            (connection, _) => bench.Broker.PublishAsync(connection, () => new ValueTask(never.Task), "no survey can be answered"),
            "no survey can be answered",
            TestContext.Current.CancellationToken).DefaultTimeout());
        Assert.Equal("A publish was not taken in time.", e.Message);
        await Until.True(
            "the client has another connection",
            async () => bench.Broker.IsOpen && await bench.Broker.GetAsync(TestContext.Current.CancellationToken) != before);
    }
}
