using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Groups;

/// <summary>How the store counts messages that are missing before another one.</summary>
public sealed class GapTests : IAsyncDisposable
{
    private static readonly Conversation Chess = Conversation.Of("chess");

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_first_two_messages_of_a_sender_leave_no_gap()
    {
        Assert.Equal([0L, 0, 0], await StoreAsync("bob", 41, 42, 43));
        Assert.Equal([0L], await StoreAsync("bob", 44));
    }

    [Fact]
    public async Task A_seq_that_jumps_says_how_many_are_missing()
    {
        await StoreAsync("bob", 1);
        Assert.Equal([0L, 3, 0, 4], await StoreAsync("bob", 2, 6, 7, 12));
        Assert.Equal([0L, 0, 3, 0, 4], Page().Select(message => message.Missing));
    }

    [Fact]
    public async Task Each_sender_is_counted_separately()
    {
        await StoreAsync("bob", 1);
        Assert.Equal([0L], await StoreAsync("carol", 7));
        Assert.Equal([0L], await StoreAsync("bob", 2));
        Assert.Equal([1L], await StoreAsync("carol", 9));

        // The same sender in another group is counted separately too.
        Assert.Equal([0L], await StoreAsync("bob", [9], Conversation.Of("go")));
    }

    [Fact]
    public async Task A_redelivery_makes_no_gap()
    {
        var batch = Batch(1, 2, 3);
        await StoreAsync("bob", batch);
        Assert.Empty(await StoreAsync("bob", batch));
        Assert.Equal([0L], await StoreAsync("bob", 4));
    }

    [Fact]
    public async Task A_late_message_is_kept_and_makes_no_gap()
    {
        await StoreAsync("bob", 1, 5);
        Assert.Equal([0L], await StoreAsync("bob", 3));
        Assert.Equal([0L], await StoreAsync("bob", 6));
    }

    [Fact]
    public async Task A_transient_group_reports_nothing_missing()
    {
        var first = await Messages.StoreReceivedAsync(Chess, "bob", "key of bob", Batch(1, 5), tellGaps: false);
        Assert.All(first, message => Assert.Equal(0, message.Missing));
    }

    [Fact]
    public async Task A_new_subscription_reports_nothing_missing_from_before_it()
    {
        await Messages.SubscribeAsync("chess", GroupMode.Durable, ["a generation"], new Dictionary<string, long>());
        await StoreAsync("bob", 1);
        await Messages.UnsubscribeAsync("chess");
        await Messages.SubscribeAsync("chess", GroupMode.Durable, ["a generation"], new Dictionary<string, long>());
        Assert.Equal([0L, 1], await StoreAsync("bob", 20, 22));
    }

    [Fact]
    public async Task Gaps_are_still_reported_after_a_restart()
    {
        using var folder = new TempFolder("again");
        await using (var before = new LocalStore(path: folder.FullName))
        {
            await before.Messages.StoreReceivedAsync(Chess, "bob", "key of bob", Batch(1), tellGaps: true);
        }

        await using var after = new LocalStore(path: folder.FullName);
        var stored = await after.Messages.StoreReceivedAsync(Chess, "bob", "key of bob", Batch(4), tellGaps: true);
        Assert.Equal(2, Assert.Single(stored).Missing);
    }

    [Fact]
    public async Task Paging_continues_though_another_sender_used_the_same_id()
    {
        var batch = Batch(1, 2, 3);
        await StoreAsync("bob", batch);
        await StoreAsync("mallory", [batch[0] with { Text = "mine" }]);

        var texts = new List<string>();
        var page = Messages.ReadPage(Chess, 2, null);
        while (page.Count > 0)
        {
            texts.InsertRange(0, page.Select(message => message.Text));
            Assert.True(texts.Count <= 4, "The pages go round in a circle.");
            page = Messages.ReadPage(Chess, 2, page[0].Id);
        }

        Assert.Equal(["1", "2", "3", "mine"], texts);
    }

    private IReadOnlyList<ChatMessage> Page() => Messages.ReadPage(Chess, 100, null);

    private Task<IEnumerable<long>> StoreAsync(string sender, params long[] seqs) => StoreAsync(sender, seqs, Chess);

    private Task<IEnumerable<long>> StoreAsync(string sender, long[] seqs, Conversation group) =>
        StoreAsync(sender, Batch(seqs), group);

    private Task<IEnumerable<long>> StoreAsync(string sender, ReceivedMessage[] batch) => StoreAsync(sender, batch, Chess);

    private async Task<IEnumerable<long>> StoreAsync(string sender, ReceivedMessage[] batch, Conversation group) =>
        (await Messages.StoreReceivedAsync(group, sender, $"key of {sender}", batch, tellGaps: true)).Select(message => message.Missing);

    private static ReceivedMessage[] Batch(params long[] seqs) =>
        [.. seqs.Select(seq => new ReceivedMessage(Guid.CreateVersion7(), seq, $"{seq}", DateTimeOffset.UnixEpoch, default))];
}
