using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Which broker a client connects to, and what it says if the broker refuses it.</summary>
public sealed class ConnectingTests(SharedRabbitMq shared)
{
    [Fact]
    public async Task A_client_connects_to_any_node_of_a_cluster_that_answers()
    {
        var there = new UriBuilder(await shared.CreateVirtualHostAsync());
        var away = new UriBuilder(there.Uri) { Port = FreePort.Next() };
        await using var system = await ChatSystem.StartAsync(away.Uri.AbsoluteUri);

        var alice = await system.StartClientAsync(
            "alice", ("Chat:Broker:OtherNodes", $"127.0.0.1:{FreePort.Next()}, {there.Host}:{there.Port}"));

        Assert.Equal("connected", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
    }

    [Theory]
    [InlineData("nobody", null, "ACCESS_REFUSED")]
    [InlineData(null, "nowhere", "NOT_ALLOWED - vhost nowhere not found")]
    public async Task A_refused_connection_is_logged_once(string? user, string? host, string reason)
    {
        var refused = new UriBuilder(await shared.CreateVirtualHostAsync());
        (refused.UserName, refused.Path) = (user ?? refused.UserName, host ?? refused.Path);
        await using var system = await ChatSystem.StartAsync(refused.Uri.AbsoluteUri);
        var alice = system.LaunchProgram("alice", settings: ("Chat:Broker:MaxBackoff", "00:00:00.1"));
        await alice.UntilAliveAsync();
        await using var events = await alice.WatchAsync();

        await Until.True("the log says why", () => alice.Process.Output.Contains(reason, StringComparison.Ordinal));
        var since = TimeProvider.System.GetTimestamp();
        await Until.True("one second for more tries has passed", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1));

        Assert.Single(alice.Process.Output.Split('\n'), line => line.Contains("RabbitMQ is away", StringComparison.Ordinal));
        Assert.Equal("connecting", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
        Assert.DoesNotContain(events.Seen<ConnectionChange>(), change => change.Connection == "rabbitmq");
    }
}
