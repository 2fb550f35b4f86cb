using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Deploy;

/// <summary>Runs real programs with what the Compose file says.</summary>
public sealed class ComposeTests(ComposedServers servers) : IClassFixture<ComposedServers>
{
    [Fact]
    public async Task Deployed_clients_are_healthy_and_exchange_messages()
    {
        var clients = await Task.WhenAll(ComposedClient.StartAsync(servers, "alice"), ComposedClient.StartAsync(servers, "bob"));
        await using var alice = clients[0];
        await using var bob = clients[1];

        // Peers call each client at the address that it advertises.
        var users = await alice.Api.UsersAsync();
        Assert.Equal(["alice", "bob"], users.Select(user => user.Name).Order());
        Assert.All(users, user => Assert.StartsWith("https://127.0.0.1:", user.Address, StringComparison.Ordinal));

        // A private message.
        await alice.Api.OpenChatAsync("bob");
        var hello = await alice.Api.SendAsync("bob", "hello bob");
        await Until.Sequence(
            "alice's message is delivered",
            [(hello.Id, "alice", "hello bob", MessageState.Delivered)],
            async () => (await alice.Api.MessagesAsync("bob")).Select(m => (m.Id, m.From, m.Text, m.State)));
        Assert.Equal(
            [(hello.Id, "alice", "hello bob", MessageState.Delivered)],
            (await bob.Api.MessagesAsync("alice")).Select(m => (m.Id, m.From, m.Text, m.State)));

        // A group.
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("tea");
        var tea = await bob.Api.SendToGroupAsync("tea", "who wants tea?");
        await Until.Sequence(
            "alice has bob's message",
            [(tea.Id, "bob", "who wants tea?", MessageState.Delivered)],
            async () => (await alice.Api.GroupMessagesAsync("tea")).Select(m => (m.Id, m.From, m.Text, m.State)));
        await Until.Sequence(
            "bob's message is confirmed",
            [(tea.Id, "bob", "who wants tea?", MessageState.Confirmed)],
            async () => (await bob.Api.GroupMessagesAsync("tea")).Select(m => (m.Id, m.From, m.Text, m.State)));

        foreach (var client in clients)
        {
            Assert.Equal((0, $"http://127.0.0.1:{client.Port}/health: Healthy"), await client.CheckHealthAsync());
            Assert.True(client.KeepsItsKey);
            Assert.Equal(0, await client.StopAsync());
            Assert.Equal(1, (await client.CheckHealthAsync()).ExitCode);
        }
    }

    [Fact]
    public async Task The_health_check_of_Redis_succeeds_only_with_the_password()
    {
        Assert.Equal(0, await servers.CheckRedisAsync(servers.Secrets["REDIS_PASSWORD"]));
        Assert.NotEqual(0, await servers.CheckRedisAsync("wrong"));
    }

    [Fact]
    public async Task The_broker_refuses_frames_that_could_overflow_a_clients_stack()
    {
        var address = new UriBuilder($"amqp://{servers.RabbitMq}")
        {
            UserName = servers.File.EnvironmentOf("rabbitmq")["RABBITMQ_DEFAULT_USER"],
            Password = servers.Secrets["RABBITMQ_PASSWORD"],
        };
        await using var connection = await new ConnectionFactory { Uri = address.Uri }
            .CreateConnectionAsync(TestContext.Current.CancellationToken)
            .DefaultTimeout();

        Assert.Equal(32_768u, connection.FrameMax);
    }
}
