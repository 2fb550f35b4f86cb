using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>Chats and groups count unread messages in the same way.</summary>
public sealed class UnreadTests : IAsyncDisposable
{
    private static readonly string BobsKey = new('b', 64);
    private static readonly string CarolsKey = new('c', 64);

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(ConversationKind.User)]
    [InlineData(ConversationKind.Group)]
    public async Task Received_messages_are_unread_until_marked_and_later_ones_are_again(ConversationKind kind)
    {
        var conversation = new Conversation(kind, "bob");
        await HearAsync(conversation, BobsKey, 1, 2);
        await Messages.AppendOwnAsync(conversation, "mine", null);
        await HearAsync(conversation, CarolsKey, 1);
        Assert.Equal(3, Messages.CountUnread(conversation));
        Assert.Equal("delivered delivered sending delivered", States(conversation));

        Assert.True(await Messages.MarkReadAsync(conversation));
        Assert.False(await Messages.MarkReadAsync(conversation));
        Assert.Equal(0, Messages.CountUnread(conversation));
        Assert.Equal("read read sending read", States(conversation));

        await HearAsync(conversation, BobsKey, 3);
        Assert.Equal(1, Messages.CountUnread(conversation));
        Assert.Equal("read read sending read delivered", States(conversation));
    }

    [Fact]
    public async Task Each_conversation_is_counted_separately()
    {
        await HearAsync(Conversation.With("bob"), BobsKey, 1, 2, 3);
        await HearAsync(Conversation.Of("bob"), BobsKey, 1, 2);
        await HearAsync(Conversation.With("carol"), CarolsKey, 1);
        await Messages.MarkReadAsync(Conversation.Of("bob"));

        Assert.Equal(0, Messages.CountUnread(Conversation.Of("bob")));
        Assert.Equal(0, Messages.CountUnread(Conversation.Of("nobody")));
        Assert.Equal(
            [("bob", 3), ("carol", 1)], Messages.ListChats().OrderBy(chat => chat.User).Select(chat => (chat.User, chat.Unread)));
    }

    [Fact]
    public async Task A_repeated_message_counts_once()
    {
        var group = Conversation.Of("chess");
        var one = Received(1);
        await Messages.StoreReceivedAsync(group, "bob", BobsKey, [one]);
        await Messages.StoreReceivedAsync(group, "bob", BobsKey, [one, Received(2)]);
        Assert.Equal(2, Messages.CountUnread(group));

        await Messages.MarkReadAsync(group);
        await Messages.StoreReceivedAsync(group, "bob", BobsKey, [one]);
        Assert.Equal(0, Messages.CountUnread(group));
    }

    [Fact]
    public async Task Each_sender_learns_the_highest_seq_that_was_read()
    {
        var chat = Conversation.With("bob");
        await HearAsync(chat, BobsKey, 3, 5);
        await Messages.AppendOwnAsync(chat, "hello", null);
        await Messages.MarkReadAsync(chat);
        Assert.Equal(5, Messages.ReadThrough(chat, BobsKey));

        // Bob has another key now, whose numbers begin anew.
        await HearAsync(chat, CarolsKey, 1, 2);
        await Messages.MarkReadAsync(chat);
        await HearAsync(chat, CarolsKey, 3);
        Assert.Equal(5, Messages.ReadThrough(chat, BobsKey));
        Assert.Equal(2, Messages.ReadThrough(chat, CarolsKey));
    }

    [Theory]
    [InlineData(ConversationKind.User)]
    [InlineData(ConversationKind.Group)]
    public async Task Marking_a_thousand_messages_changes_as_many_rows_as_marking_one(ConversationKind kind)
    {
        var few = new Conversation(kind, "few");
        var many = new Conversation(kind, "many");
        await HearAsync(few, BobsKey, 1);
        await HearAsync(many, BobsKey, [.. Enumerable.Range(1, 1_000).Select(seq => (long)seq)]);

        var ofFew = await ChangesAsync(() => Messages.MarkReadAsync(few));
        Assert.True(ofFew > 0);
        Assert.Equal(ofFew, await ChangesAsync(() => Messages.MarkReadAsync(many)));
        Assert.Equal(0, Messages.CountUnread(many));
    }

    // One connection makes all writes and counts the rows that it changes.
    private async Task<long> ChangesAsync(Func<Task> change)
    {
        var before = await TotalAsync();
        await change();
        return await TotalAsync() - before;

        Task<long> TotalAsync() => _store.Database.WriteAsync(connection =>
            connection.Command("SELECT total_changes()").FirstOrDefault(row => row.GetInt64(0)));
    }

    private Task<IReadOnlyList<ChatMessage>> HearAsync(Conversation conversation, string key, params long[] seqs) =>
        Messages.StoreReceivedAsync(conversation, key == BobsKey ? "bob" : "carol", key, [.. seqs.Select(Received)]);

    private static ReceivedMessage Received(long seq) => new(Guid.CreateVersion7(), seq, $"{seq}", DateTimeOffset.UnixEpoch, default);

    private string States(Conversation conversation) =>
        string.Join(' ', Messages.ReadPage(conversation, 100, null).Select(message => LocalApiJson.Word(message.State)));
}
