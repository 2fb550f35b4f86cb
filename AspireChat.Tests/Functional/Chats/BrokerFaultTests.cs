using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

/// <summary>Private chats while RabbitMQ, which they do not need, is away.</summary>
public sealed class BrokerFaultTests(SharedRabbitMq shared)
{
    [Fact]
    public async Task A_client_with_both_servers_reports_that_it_is_healthy()
    {
        await using var system = await ChatSystem.StartAsync(await shared.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice");

        var connections = (await alice.Api.MeAsync()).Connections;
        Assert.Equal(("connected", "connected"), (connections["redis"], connections["rabbitmq"]));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Chats_work_while_RabbitMQ_is_killed_and_restarted()
    {
        await using var rabbit = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(rabbit.ConnectionString);
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var events = await alice.WatchAsync();

        await rabbit.KillAsync();
        await events.NextAsync("alice's client reports the lost connection", IsRabbitMq("reconnecting"));
        using (var health = await alice.Http.GetAsync("/health", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        }

        var sent = await alice.Api.SendAsync("bob", "who needs it");
        await Until.Equal(
            "the message is delivered",
            MessageState.Delivered, async () => (await alice.Api.MessagesAsync("bob")).Single(m => m.Id == sent.Id).State);

        await rabbit.RestartAsync();
        await events.NextAsync("alice's client reports the new connection", IsRabbitMq("connected"));
        await alice.UntilReadyAsync();
        await bob.UntilReadyAsync();
    }

    private static Func<ConnectionChange, bool> IsRabbitMq(string state) => change =>
        change.Connection == "rabbitmq" && change.State == state;
}
