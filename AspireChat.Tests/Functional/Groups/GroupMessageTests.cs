using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class GroupMessageTests(SharedRabbitMq broker)
{
    [Theory]
    [InlineData("durable", MessageState.Confirmed)]
    [InlineData("transient", MessageState.Sent)]
    public async Task Every_message_reaches_all_other_members_once_and_in_order(string mode, MessageState promise)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob", "carol");
        var (alice, bob) = (clients[0], clients[1]);
        for (var i = 0; i < clients.Length; i++)
        {
            Assert.Equal(new GroupSummary("chess", GroupMode.Find(mode)!, i + 1, true, Unread: 0), await clients[i].Api.JoinGroupAsync("chess", GroupMode.Find(mode)));
        }

        var watchers = await Task.WhenAll(clients.Select(client => client.WatchAsync()));
        try
        {
            var hello = await alice.Api.SendToGroupAsync("chess", "hello");
            Assert.Equal(MessageState.Sending, hello.State);
            Assert.Equal(promise, (await watchers[0].NextAsync("a state of hello", GroupTestExtensions.IsStateOf(hello.Id))).State);
            foreach (var watcher in watchers[1..])
            {
                var arrived = await watcher.NextAsync<Message>();
                Assert.Equal((hello.Id, "alice", "hello", MessageState.Delivered), (arrived.Id, arrived.From, arrived.Text, arrived.State));
                Assert.Equal("chess", arrived.To.Group);
            }

            // All members speak at once.
            await Task.WhenAll(clients.Select(client => client.Api.SayAsync("chess", Texts(client))));
            foreach (var client in clients)
            {
                foreach (var sender in clients)
                {
                    IEnumerable<string> said = sender == alice ? ["hello", .. Texts(sender)] : Texts(sender);
                    await client.Api.UntilTextsAsync(client.Name, "chess", sender.Name, said);
                }

                await Until.True(
                    $"all messages of {client.Name} are {promise}",
                    async () => (await client.Api.GroupMessagesAsync("chess")).Where(m => m.From == client.Name).All(m => m.State == promise));
            }

            // The live events say the same: each message once, in order, and no echo of this user's own messages.
            for (var i = 0; i < clients.Length; i++)
            {
                foreach (var sender in clients)
                {
                    IEnumerable<string> said = sender == alice ? ["hello", .. Texts(sender)] : Texts(sender);
                    await watchers[i].UntilToldAsync("chess", sender.Name, said);
                }
            }

            Assert.Equal(
                [promise], watchers[0].Seen<StateChange>().Where(GroupTestExtensions.IsStateOf(hello.Id)).Select(change => change.State));
            Assert.DoesNotContain(watchers.SelectMany(watcher => watcher.Seen<object>()), data => data is RefusedBatch or GroupChange);
            await AssertPagesAsync(bob);
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                await watcher.DisposeAsync();
            }
        }
    }

    // Reading page by page backwards gives the same messages.
    private static async Task AssertPagesAsync(InProcessClient client)
    {
        var all = await client.Api.GroupMessagesAsync("chess");
        var paged = new List<Guid>();
        var page = await client.Api.GroupMessagesAsync("chess", limit: 50);
        while (page.Count > 0)
        {
            paged.InsertRange(0, page.Select(m => m.Id));
            page = await client.Api.GroupMessagesAsync("chess", limit: 50, before: page[0].Id);
        }

        Assert.Equal(all.Select(m => m.Id), paged);
    }

    private static IEnumerable<string> Texts(InProcessClient sender) => Enumerable.Range(0, 60).Select(i => $"{sender.Name} {i}");
}
