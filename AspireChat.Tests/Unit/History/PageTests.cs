using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class PageTests
{
    private static readonly Conversation Tea = Conversation.Of("tea");
    private static readonly string BobsKey = new('b', 64);
    private static readonly string EvesKey = new('e', 64);

    [Fact]
    public async Task Pages_lie_right_beside_a_message()
    {
        await using var store = new LocalStore();
        await ReceiveAsync(store, "bob", BobsKey, "0", "1", "2", "3", "4");
        await store.Messages.AppendOwnAsync(Conversation.Of("other"), "elsewhere", span: null);
        await store.Messages.AppendOwnAsync(Tea, "5", span: null);
        var all = store.Messages.ReadNewest(Tea, 100);

        Assert.Equal(["0", "1", "2", "3", "4", "5"], Texts(all));
        Assert.Equal(["4", "5"], Texts(store.Messages.ReadNewest(Tea, 2)));
        Assert.Equal(["1", "2"], Texts(store.Messages.ReadEarlier(all[3], 2)));
        Assert.Equal(["4", "5"], Texts(store.Messages.ReadLater(all[3], 2)));
        Assert.Equal(["5"], Texts(store.Messages.ReadLater(all[4], 2)));
        Assert.Empty(store.Messages.ReadEarlier(all[0], 2));
        Assert.Empty(store.Messages.ReadLater(all[5], 2));
        Assert.Empty(store.Messages.ReadLater(all[0] with { Id = Guid.NewGuid() }, 2));
        Assert.Empty(store.Messages.ReadNewest(Conversation.Of("never"), 2));
    }

    [Fact]
    public async Task Another_senders_message_with_the_same_id_hides_nothing()
    {
        await using var store = new LocalStore();
        var copied = Guid.NewGuid();
        await StoreAsync(store, "bob", BobsKey, (copied, "0"), (Guid.NewGuid(), "1"));
        await StoreAsync(store, "eve", EvesKey, (copied, "2"), (Guid.NewGuid(), "3"));
        var all = store.Messages.ReadNewest(Tea, 100);

        Assert.Equal(["1", "2", "3"], Texts(store.Messages.ReadLater(all[0], 100)));
        Assert.Equal(["3"], Texts(store.Messages.ReadLater(all[2], 100)));
        Assert.Equal(["0", "1"], Texts(store.Messages.ReadEarlier(all[2], 100)));
        Assert.Empty(store.Messages.ReadEarlier(all[0], 100));
    }

    [Fact]
    public async Task Unread_messages_are_counted_without_some_senders()
    {
        await using var store = new LocalStore();
        await ReceiveAsync(store, "bob", BobsKey, "0");
        await store.Messages.MarkReadAsync(Tea);
        await ReceiveAsync(store, "eve", EvesKey, "1", "2");
        await store.Messages.AppendOwnAsync(Tea, "3", span: null);
        await ReceiveAsync(store, "bob", BobsKey, "4");

        Assert.Equal((3, 1, 2, 0), (Unread(), Unread("eve"), Unread("bob"), Unread("bob", "eve")));
        Assert.Equal(("1", "4", "1", null), (First(), First("eve"), First("bob"), First("bob", "eve")));
        await store.Messages.MarkReadAsync(Tea);
        Assert.Equal((0, 0, null, null), (Unread(), Unread("eve"), First(), First("eve")));

        int Unread(params string[] except) => store.Messages.CountUnread(Tea, except);
        string? First(params string[] except) => store.Messages.FindFirstUnread(Tea, except)?.Text;
    }

    [Fact]
    public async Task Pages_of_insults_have_only_received_ones()
    {
        await using var store = new LocalStore();
        await store.Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [Received(Guid.NewGuid(), 1, "0")]);
        await store.Messages.AppendOwnAsync(Conversation.Insults, "own", span: null);
        await store.Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [Received(Guid.NewGuid(), 2, "1")]);
        await store.Messages.StoreReceivedAsync(
            Conversation.Insults, "bob", BobsKey, [Received(Guid.NewGuid(), 3, "held")], state: MessageState.Held);
        var all = store.Messages.ReadNewest(Conversation.Insults, 100);

        Assert.Equal(["0", "1"], Texts(all));
        Assert.Equal(["0"], Texts(store.Messages.ReadEarlier(all[1], 100)));
        Assert.Equal(["1"], Texts(store.Messages.ReadLater(all[0], 100)));
    }

    private static Task<IReadOnlyList<ChatMessage>> ReceiveAsync(LocalStore store, string sender, string key, params string[] texts) =>
        StoreAsync(store, sender, key, [.. texts.Select(text => (Guid.NewGuid(), text))]);

    private static Task<IReadOnlyList<ChatMessage>> StoreAsync(LocalStore store, string sender, string key, params (Guid Id, string Text)[] messages) =>
        store.Messages.StoreReceivedAsync(Tea, sender, key, [.. messages.Select((message, index) => Received(message.Id, index + 1, message.Text))]);

    private static ReceivedMessage Received(Guid id, long seq, string text) => new(id, seq, text, DateTimeOffset.UnixEpoch, default);

    private static IEnumerable<string> Texts(IEnumerable<ChatMessage> messages) => messages.Select(message => message.Text);
}
