using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed class SearchTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_user_finds_what_was_said_in_chats_groups_and_insults()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.OpenChatAsync("bob");
        await alice.JoinGroupAsync("tea");
        await bob.JoinGroupAsync("tea");

        // At once, since the answer to a send says that the message is on disk.
        await alice.SendAsync("bob", "Shall we meet at the Café?");
        var own = Assert.Single(await alice.SearchAsync("CAFE mee"));
        Assert.Equal(("alice", new Destination("bob", null), null, null), (own.Message.From, own.Message.To, own.Before, own.After));

        await Until.True("bob has the message", async () => (await bob.MessagesAsync("alice")).Count == 1);
        await bob.SendAsync("alice", "Which one?");
        await bob.SayAsync("tea", "the café is closed");
        await Until.True("alice has both answers", async () => (await alice.SearchAsync("one")).Count + (await alice.SearchAsync("closed")).Count == 2);

        // Only one of the two shows the insult.
        await alice.InsultAsync("your cafe is too cheap");
        ChatApi[] all = [alice, bob];
        await Until.True("the insult is found", async () => (await Task.WhenAll(all.Select(api => api.SearchAsync("cheap")))).Sum(hits => hits.Count) == 1);

        var hits = (await alice.SearchAsync("café")).Where(hit => !hit.Message.To.Insults).ToList();
        Assert.Equal(
            [("the café is closed", "tea", null, null), ("Shall we meet at the Café?", null, null, "Which one?")],
            hits.Select(hit => (hit.Message.Text, hit.Message.To.Group, hit.Before?.Text, hit.After?.Text)));
        Assert.Equal(["the café is closed"], (await alice.SearchAsync("café is closed", limit: 1)).Select(hit => hit.Message.Text));
        Assert.Empty(await alice.SearchAsync("meet closed"));
    }
}
