using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class MessageStoreTests : IAsyncDisposable
{
    private static readonly Conversation Bob = Conversation.With("bob");
    private static readonly string BobsKey = new('b', 64);
    private static readonly string CarolsKey = new('c', 64);

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_insult_that_is_settled_takes_no_other_message_of_the_same_key_and_id_along()
    {
        var (key, id) = (new string('b', 64), Guid.CreateVersion7());
        ReceivedMessage[] said = [new(id, 1, "private", DateTimeOffset.UnixEpoch, default)];
        await _store.Messages.StoreReceivedAsync(Conversation.With("bob"), "bob", key, said);
        await _store.Messages.StoreReceivedAsync(
            Conversation.Insults, "rob", key, [said[0] with { Text = "insult" }], state: MessageState.Held);

        Assert.Null(await _store.Messages.SettleHeldAsync(key, id, isOwn: false));
        Assert.Equal(["private"], _store.Messages.ReadPage(Conversation.With("bob"), 10, null).Select(message => message.Text));
        Assert.Empty(_store.Messages.ListHeld());
    }

    [Fact]
    public async Task Sent_messages_are_numbered_per_conversation()
    {
        var first = await Messages.AppendOwnAsync(Bob, "one", null);
        var second = await Messages.AppendOwnAsync(Bob, "two", null);
        var other = await Messages.AppendOwnAsync(Conversation.With("carol"), "one", null);
        var group = await Messages.AppendOwnAsync(Conversation.Of("bob"), "one", null);

        Assert.Equal((1, 2, 1, 1), (first.Seq, second.Seq, other.Seq, group.Seq));
        Assert.Equal(new ChatMessage(first.Id, "alice", Bob, true, 1, "one", first.SentAt, MessageState.Sending), first);
        Assert.Equal(7, first.Id.Version);
        Assert.Equal([first, second], Messages.ReadPage(Bob, 10, null));
        Assert.Equal([group], Messages.ReadPage(Conversation.Of("bob"), 10, null));
    }

    [Fact]
    public async Task Numbers_go_on_after_a_restart()
    {
        using var folder = new TempFolder("again");
        await using (var before = new LocalStore(path: folder.FullName))
        {
            await before.Messages.AppendOwnAsync(Bob, "one", null);
        }

        await using var after = new LocalStore(path: folder.FullName);
        Assert.Equal(2, (await after.Messages.AppendOwnAsync(Bob, "two", null)).Seq);
    }

    [Fact]
    public async Task A_received_message_is_stored_once_however_often_it_arrives()
    {
        var one = Received(1, "one");
        var two = Received(2, "two");
        Assert.Equal(["one", "two"], Texts(await StoreAsync(BobsKey, one, two)));
        Assert.Empty(await StoreAsync(BobsKey, one, two));
        Assert.Equal(["three"], Texts(await StoreAsync(BobsKey, two, Received(3, "three"), one)));

        Assert.Equal(["one", "two", "three"], Texts(Messages.ReadPage(Bob, 10, null)));
    }

    [Fact]
    public async Task The_first_text_of_an_id_stays()
    {
        var one = Received(1, "one");
        await StoreAsync(BobsKey, one);
        Assert.Empty(await StoreAsync(BobsKey, one with { Text = "never said" }));

        Assert.Equal(["one"], Texts(Messages.ReadPage(Bob, 10, null)));
    }

    [Fact]
    public async Task A_message_is_stored_though_another_key_used_its_id()
    {
        var id = Guid.CreateVersion7();
        await StoreAsync(CarolsKey, Received(1, "carol's", id));
        var own = await Messages.AppendOwnAsync(Bob, "mine", null);

        Assert.Single(await StoreAsync(BobsKey, Received(1, "bob's", id)));
        Assert.Single(await StoreAsync(BobsKey, Received(2, "bob's with my id", own.Id)));
        Assert.Equal(["carol's", "mine", "bob's", "bob's with my id"], Texts(Messages.ReadPage(Bob, 10, null)));
    }

    [Fact]
    public async Task Pages_go_backwards_through_everything_in_local_order()
    {
        // Ids and clocks do not decide the order: both run backwards here.
        var now = DateTimeOffset.UtcNow;
        var expected = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            await StoreAsync(BobsKey, Received(i + 1, $"{i}", Guid.CreateVersion7(now.AddMinutes(-i))) with { SentAt = now.AddMinutes(-i) });
            expected.Add($"{i}");
        }

        var seen = new List<string>();
        var page = Messages.ReadPage(Bob, 10, null);
        var sizes = new List<int>();
        while (page.Count > 0)
        {
            seen.InsertRange(0, Texts(page));
            sizes.Add(page.Count);
            page = Messages.ReadPage(Bob, 10, page[0].Id);
        }

        Assert.Equal(expected, seen);
        Assert.Equal([10, 10, 5], sizes);
    }

    [Fact]
    public async Task Paging_from_a_message_of_another_conversation_is_refused()
    {
        await StoreAsync(BobsKey, Received(1, "one"));
        var elsewhere = await Messages.AppendOwnAsync(Conversation.With("carol"), "elsewhere", null);

        Assert.Equal(ChatFault.NotFound, Assert.Throws<ChatException>(() => Messages.ReadPage(Bob, 10, elsewhere.Id)).Fault);
        Assert.Equal(ChatFault.NotFound, Assert.Throws<ChatException>(() => Messages.ReadPage(Bob, 10, Guid.NewGuid())).Fault);
        Assert.Empty(Messages.ReadPage(Conversation.With("nobody"), 10, null));
    }

    [Fact]
    public async Task Any_text_is_read_back_unchanged()
    {
        string[] texts = ["a\0b", "\u202e", "'); DROP TABLE messages; --", "👩‍👩‍👧‍👦", "\r\n", new string('é', 8_192)];
        await StoreAsync(BobsKey, [.. texts.Select((text, i) => Received(i + 1, text))]);

        Assert.Equal(texts, Texts(Messages.ReadPage(Bob, 100, null)));
    }

    [Fact]
    public async Task Marking_as_read_counts_received_messages_and_is_kept_for_their_senders()
    {
        await StoreAsync(BobsKey, Received(1, "one"), Received(2, "two"));
        await Messages.AppendOwnAsync(Bob, "mine", null);
        Assert.Equal(2, Messages.FindChat("bob")!.Unread);
        Assert.Equal(0, Messages.ReadThrough(Bob, BobsKey));

        Assert.True(await Messages.MarkReadAsync(Bob));
        Assert.False(await Messages.MarkReadAsync(Bob));

        Assert.Equal(0, Messages.FindChat("bob")!.Unread);
        Assert.Equal(2, Messages.ReadThrough(Bob, BobsKey));
        Assert.Equal(0, Messages.ReadThrough(Bob, CarolsKey));
        Assert.Equal(
            [MessageState.Read, MessageState.Read, MessageState.Sending],
            Messages.ReadPage(Bob, 10, null).Select(message => message.State));
        Assert.False(await Messages.MarkReadAsync(Conversation.With("nobody")));
    }

    [Fact]
    public async Task Chats_are_listed_with_the_most_recent_message_first()
    {
        var old = Received(1, "one");
        await Messages.SetChatStateAsync("zoe", ChatState.Open);
        await Messages.SetChatStateAsync("carol", ChatState.Asked);
        await StoreAsync(BobsKey, old);
        await Messages.SetChatStateAsync("bob", ChatState.Open);
        var last = await Messages.AppendOwnAsync(Conversation.With("dora"), "hello", null);
        await Messages.AppendOwnAsync(Conversation.Of("group"), "not a chat", null);

        Assert.Equal(
            [
                new ChatSummary("dora", ChatState.Closed, 0, last.SentAt),
                new ChatSummary("bob", ChatState.Open, 1, old.SentAt),
                new ChatSummary("carol", ChatState.Asked, 0, null),
                new ChatSummary("zoe", ChatState.Open, 0, null),
            ],
            Messages.ListChats());
        Assert.Equal(new ChatSummary("carol", ChatState.Asked, 0, null), Messages.FindChat("carol"));
        Assert.Null(Messages.FindChat("nobody"));
    }

    [Fact]
    public async Task A_message_keeps_its_trace()
    {
        var context = new ActivityContext(
            ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "vendor=1");
        using var source = new ActivitySource("test");
        using var listener = new ActivityListener
        {
            ShouldListenTo = listened => listened == source,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var span = source.StartActivity(ActivityKind.Producer, context);
        await Messages.AppendOwnAsync(Bob, "traced", span);

        var waiting = Assert.Single(Messages.ReadOutbox(Bob, 0, 10, 1_000));
        Assert.Equal(
            (context.TraceId, span!.SpanId, ActivityTraceFlags.Recorded, "vendor=1"),
            (waiting.Trace.TraceId, waiting.Trace.SpanId, waiting.Trace.TraceFlags, waiting.Trace.TraceState));
    }

    private static ReceivedMessage Received(long seq, string text, Guid? id = null) =>
        new(id ?? Guid.CreateVersion7(), seq, text, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + seq), default);

    private Task<IReadOnlyList<ChatMessage>> StoreAsync(string key, params ReceivedMessage[] messages) =>
        Messages.StoreReceivedAsync(Bob, key == BobsKey ? "bob" : "carol", key, messages);

    private static IEnumerable<string> Texts(IEnumerable<ChatMessage> messages) => messages.Select(message => message.Text);
}
