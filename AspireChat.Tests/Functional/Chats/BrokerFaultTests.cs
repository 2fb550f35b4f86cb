using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

/// <summary>Private chats while RabbitMQ is away: they do not need it.</summary>
public sealed class BrokerFaultTests(SharedRabbitMq shared)
{
    [Fact]
    public async Task A_client_with_both_servers_is_well_and_says_so()
    {
        await using var system = await ChatSystem.StartAsync(await shared.CreateVirtualHostAsync());
        var alice = await system.StartClientAsync("alice");

        var connections = (await alice.Api.MeAsync()).Connections;
        Assert.Equal(("connected", "connected"), (connections["redis"], connections["rabbitmq"]));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Chats_go_on_while_RabbitMQ_is_killed_and_restarted()
    {
        await using var rabbit = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(rabbit.ConnectionString);
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var events = await alice.WatchAsync();

        await rabbit.KillAsync();
        await events.NextAsync("the loss is told", IsRabbitMq("reconnecting"));
        using (var health = await alice.Http.GetAsync("/health", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        }

        var sent = await alice.Api.SendAsync("bob", "who needs it");
        await Until.Equal(
            "it is delivered", MessageState.Delivered, async () => (await alice.Api.MessagesAsync("bob")).Single(m => m.Id == sent.Id).State);

        await rabbit.RestartAsync();
        await events.NextAsync("the return is told", IsRabbitMq("connected"));
        await alice.UntilReadyAsync();
        await bob.UntilReadyAsync();
    }

    private static Func<ConnectionChange, bool> IsRabbitMq(string state) => change =>
        change.Connection == "rabbitmq" && change.State == state;
}
