using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>A broker that is lost, frozen or forbidden at the very moment at which something is published.</summary>
public sealed class StuckBrokerTests(SharedRabbitMq broker)
{
    private static readonly (string, string) Eager = ("Chat:Broker:MaxBackoff", "00:00:00.1");

    // Sooner than two heartbeats, by which the library would notice it: 20 s.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(14);

    [Fact]
    public async Task A_connection_that_is_lost_at_its_first_question_was_none()
    {
        await using var tap = Tap.Cutting(await broker.CreateVirtualHostAsync(), exchange: "", routingKey: "chat.probe");
        await using var system = await ChatSystem.StartAsync(tap.ConnectionString);
        var alice = system.LaunchClient("alice", settings: Eager);
        await alice.UntilAliveAsync();
        await using var events = await alice.WatchAsync();

        var before = tap.Met;
        await Until.True("it was tried again and again", () => tap.Met > before + 5);
        Assert.Equal("connecting", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
        Assert.DoesNotContain(events.Seen<ConnectionChange>(), change => change.Connection == "rabbitmq");

        // Once for each way in which a connection can end under its client, not once a try.
        Assert.InRange(alice.Process.Output.Split('\n').Count(line => line.Contains("RabbitMQ is away", StringComparison.Ordinal)), 1, 3);

        tap.IsCalm = true;
        await events.NextAsync<ConnectionChange>("it is connected", change => change is { Connection: "rabbitmq", State: "connected" });
    }

    [Fact]
    public async Task Who_may_not_ask_for_an_alarm_is_connected_all_the_same()
    {
        var server = await broker.ServerAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await server.PermitAsync(system.Rabbit!, write: "^(?!amq.default$).*");

        var alice = await system.StartClientAsync("alice", Eager);
        Assert.Equal("connected", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
    }

    [Fact]
    public async Task A_survey_ends_with_a_sentence_when_the_broker_freezes_at_its_question()
    {
        await using var tap = Tap.Freezing(await broker.CreateVirtualHostAsync(), "chat.discovery", routingKey: "");
        await using var system = await ChatSystem.StartAsync(tap.ConnectionString);
        var alice = await system.StartClientAsync("alice", ("Chat:Broker:PublishDeadline", "00:00:01"));
        await using var events = await alice.WatchAsync();

        var asked = TimeProvider.System.GetTimestamp();
        var refusal = await ChatApi.RefusalAsync(() => alice.Api.DiscoverAsync());
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked), TimeSpan.Zero, Soon);
        Assert.Equal(1, tap.Met);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.StartsWith("RabbitMQ is away, so no client can be asked now", refusal.Message, StringComparison.Ordinal);
        await events.NextAsync<ConnectionChange>("it is given up", change => change is { Connection: "rabbitmq", State: "reconnecting" });
    }

    // No test can fill what lies between a client and a frozen broker, so this is what the survey's responder calls.
    [Fact]
    public async Task A_publish_that_cannot_leave_costs_the_connection_and_no_more_than_its_deadline()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        var before = await stand.Broker.GetAsync(TestContext.Current.CancellationToken);
        var never = new TaskCompletionSource();

        var e = await Assert.ThrowsAsync<TimeoutException>(() => stand.Broker.UsePublishingAsync(
            (connection, _) => stand.Broker.PublishAsync(connection, () => new ValueTask(never.Task), "no survey can be answered"),
            "no survey can be answered",
            TestContext.Current.CancellationToken).DefaultTimeout());
        Assert.Equal("A publish was not taken in time.", e.Message);
        await Until.True(
            "there is another connection",
            async () => stand.Broker.IsOpen && await stand.Broker.GetAsync(TestContext.Current.CancellationToken) != before);
    }
}
