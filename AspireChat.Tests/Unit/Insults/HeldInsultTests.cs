using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Insults;

/// <summary>Insults that are stored before it is settled which client shows them.</summary>
public sealed class HeldInsultTests : IAsyncDisposable
{
    private const string BobsKey = "key of bob";
    private const string CarolsKey = "key of carol";

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_held_insult_is_not_shown()
    {
        var insult = await HoldAsync(BobsKey, "boo");
        Assert.Empty(Shown());
        Assert.Empty(Messages.ReadPage(Conversation.Insults, 100, null));
        Assert.Equal([(BobsKey, insult)], Messages.ListHeld());
    }

    [Fact]
    public async Task An_insult_settled_for_this_client_is_shown_once()
    {
        var insult = await HoldAsync(BobsKey, "boo");
        var settled = await Messages.SettleHeldAsync(BobsKey, insult, isOwn: true);
        Assert.Equal((insult, "bob", "boo", MessageState.Delivered), (settled!.Id, settled.From, settled.Text, settled.State));
        Assert.Null(await Messages.SettleHeldAsync(BobsKey, insult, isOwn: true));

        Assert.Equal(["boo"], Shown());
        Assert.Empty(Messages.ListHeld());
    }

    [Fact]
    public async Task An_insult_claimed_by_another_client_is_forgotten()
    {
        var insult = await HoldAsync(BobsKey, "boo");
        Assert.Null(await Messages.SettleHeldAsync(BobsKey, insult, isOwn: false));
        Assert.Empty(Messages.ListHeld());
        Assert.Empty(Shown());

        // It may come again, if the other client died before it took the insult.
        await Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [Received(insult, "boo")], state: MessageState.Held);
        Assert.NotNull(await Messages.SettleHeldAsync(BobsKey, insult, isOwn: true));
        Assert.Equal(["boo"], Shown());
    }

    [Fact]
    public async Task A_settled_insult_stays_settled_when_it_comes_again()
    {
        var insult = await HoldAsync(BobsKey, "boo");
        await Messages.SettleHeldAsync(BobsKey, insult, isOwn: true);
        await Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [Received(insult, "boo")], state: MessageState.Held);

        Assert.Empty(Messages.ListHeld());
        Assert.Null(await Messages.SettleHeldAsync(BobsKey, insult, isOwn: false));
        Assert.Equal(["boo"], Shown());
    }

    [Fact]
    public async Task The_same_id_with_another_key_is_another_insult()
    {
        var insult = await HoldAsync(BobsKey, "bob's");
        await Messages.StoreReceivedAsync(Conversation.Insults, "carol", CarolsKey, [Received(insult, "carol's")], state: MessageState.Held);
        await Messages.SettleHeldAsync(BobsKey, insult, isOwn: false);

        Assert.Equal([(CarolsKey, insult)], Messages.ListHeld());
        Assert.Equal("carol's", (await Messages.SettleHeldAsync(CarolsKey, insult, isOwn: true))!.Text);
    }

    [Fact]
    public async Task Insults_are_still_held_after_a_restart()
    {
        using var folder = new TempFolder("again");
        var id = Guid.CreateVersion7();
        await using (var before = new LocalStore(path: folder.FullName))
        {
            await before.Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [Received(id, "boo")], state: MessageState.Held);
        }

        await using var after = new LocalStore(path: folder.FullName);
        Assert.Equal([(BobsKey, id)], after.Messages.ListHeld());
        Assert.NotNull(await after.Messages.SettleHeldAsync(BobsKey, id, isOwn: true));
    }

    [Fact]
    public async Task Pages_omit_no_insult_though_sent_ones_came_back()
    {
        // Sent insults are in the outbox and come back from the queue with the same ids.
        var own = new List<ChatMessage>();
        for (var i = 0; i < 7; i++)
        {
            own.Add(await Messages.AppendOwnAsync(Conversation.Insults, $"{i}", null));
        }

        foreach (var insult in own)
        {
            await Messages.StoreReceivedAsync(
                Conversation.Insults, "alice", "key of alice", [Received(insult.Id, insult.Text)], state: MessageState.Held);
            await Messages.SettleHeldAsync("key of alice", insult.Id, isOwn: true);
        }

        var texts = new List<string>();
        var page = Messages.ReadReceivedInsults(3, null);
        while (page.Count > 0)
        {
            texts.InsertRange(0, page.Select(message => message.Text));
            page = Messages.ReadReceivedInsults(3, page[0].Id);
        }

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], texts);
    }

    private async Task<Guid> HoldAsync(string key, string text)
    {
        var id = Guid.CreateVersion7();
        await Messages.StoreReceivedAsync(Conversation.Insults, "bob", key, [Received(id, text)], state: MessageState.Held);
        return id;
    }

    private IEnumerable<string> Shown() => Messages.ReadReceivedInsults(100, null).Select(message => message.Text);

    private static ReceivedMessage Received(Guid id, string text) => new(id, 1, text, DateTimeOffset.UnixEpoch, default);
}
