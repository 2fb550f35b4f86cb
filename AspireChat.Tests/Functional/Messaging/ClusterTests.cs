using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Three RabbitMQ nodes, each client with all of them in its settings.</summary>
public sealed class ClusterTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_durable_group_loses_nothing_whichever_node_is_killed()
    {
        const int each = 50;
        await using var first = await RabbitMqServer.StartAsync();
        await using var second = await RabbitMqServer.JoinAsync(first);
        await using var third = await RabbitMqServer.JoinAsync(first);
        await using var system = await ChatSystem.StartAsync(first.ConnectionString);
        var others = ("Chat:Broker:OtherNodes", $"127.0.0.1:{second.Port},127.0.0.1:{third.Port}");
        var alice = await system.StartProgramAsync("alice", others);
        var bob = await system.StartProgramAsync("bob", others);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await using var atBob = await bob.WatchAsync();

        var texts = new List<string>();
        foreach (var node in (RabbitMqServer[])[first, second, third])
        {
            // Each node has a connection and a queue of some client; the other two nodes are enough.
            var more = Enumerable.Range(texts.Count, each).Select(number => $"{number}").ToList();
            await alice.Api.SayAsync("chess", more[..(each / 2)]);
            await node.KillAsync();
            await alice.Api.SayAsync("chess", more[(each / 2)..]);
            texts.AddRange(more);
            await UntilConfirmedAsync(alice, texts.Count);
            await bob.Api.UntilTextsAsync("bob", "chess", "alice", texts, Recovery);
            await node.RestartAsync();
        }

        await atBob.UntilToldAsync("chess", "alice", texts);
        Assert.All(await bob.Api.GroupMessagesAsync("chess"), message => Assert.Equal(0, message.Missing));
    }

    private static Task UntilConfirmedAsync(ChatClientProcess client, int count) => Until.Equal(
        "all messages are confirmed",
        count,
        async () => (await client.Api.GroupMessagesAsync("chess")).Count(message => message.State == MessageState.Confirmed),
        Recovery);
}
