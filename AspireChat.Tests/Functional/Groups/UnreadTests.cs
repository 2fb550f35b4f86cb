using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class UnreadTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task Received_group_messages_are_unread_until_this_user_reads_them()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Durable);
        }

        await alice.Api.SayAsync("chess", "one", "two");
        await Until.Equal("bob has two unread messages", 2, async () => (await bob.Api.FindGroupAsync("chess"))?.Unread);
        Assert.Equal(0, (await alice.Api.FindGroupAsync("chess"))?.Unread);

        await bob.Api.MarkGroupReadAsync("Chess");
        Assert.Equal(0, (await bob.Api.FindGroupAsync("chess"))?.Unread);
        Assert.All(await bob.Api.GroupMessagesAsync("chess"), message => Assert.Equal(MessageState.Read, message.State));

        // A restart keeps this, and later messages are unread again.
        Assert.Equal(0, await bob.TerminateAsync());
        await bob.RestartAsync();
        Assert.Equal(0, (await bob.Api.JoinGroupAsync("chess")).Unread);
        await alice.Api.SayAsync("chess", "three");
        await Until.Equal("bob has one unread message", 1, async () => (await bob.Api.FindGroupAsync("chess"))?.Unread);

        // The sender does not learn that the message was read.
        Assert.All(await alice.Api.GroupMessagesAsync("chess"), message => Assert.Equal(MessageState.Confirmed, message.State));

        var refusal = await ChatApi.RefusalAsync(() => bob.Api.MarkGroupReadAsync("never"));
        Assert.Equal((HttpStatusCode.NotFound, ChatFault.NotFound), (refusal.Status, refusal.Fault));
    }
}
