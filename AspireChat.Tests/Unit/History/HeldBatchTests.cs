using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class HeldBatchTests : IAsyncLifetime
{
    private const long Much = long.MaxValue;
    private static readonly string[] Both = ["chess", "go"];

    private static readonly Conversation Chess = Conversation.Of("chess");
    private static readonly Conversation Go = Conversation.Of("go");

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_batch_is_held_once_and_in_the_order_of_arrival()
    {
        Assert.False(Messages.HoldsAny(Chess));
        foreach (var (key, body) in ((string, byte)[])[("zoe", 1), ("yan", 2), ("zoe", 3), ("zoe", 1), ("yan", 2)])
        {
            Assert.True(await Messages.HoldAsync(Chess, key, new[] { body }, Much, Much, Both));
        }

        await Messages.HoldAsync(Go, "zoe", new byte[] { 1 }, Much, Much, Both);
        Assert.Equal([("zoe", 1), ("yan", 2), ("zoe", 3)], Held(Chess));
        Assert.Equal([("zoe", 1)], Held(Go));
        Assert.True(Messages.HoldsAny(Chess));
        Assert.True(Messages.HoldsOf(Chess, "zoe"));
        Assert.False(Messages.HoldsOf(Go, "yan"));
    }

    [Fact]
    public async Task Held_batches_are_limited_per_key_and_in_total()
    {
        // Space for three of the smallest batches of one key, and for five in total.
        const long ofKey = 3 * (MessageStore.HeldOverhead + 1), ofAll = 5 * (MessageStore.HeldOverhead + 1);
        Task<bool> HoldAsync(Conversation conversation, string key, byte body) =>
            Messages.HoldAsync(conversation, key, new[] { body }, ofKey, ofAll, Both);

        Assert.True(await HoldAsync(Chess, "zoe", 1));
        Assert.True(await HoldAsync(Go, "zoe", 2));
        Assert.True(await HoldAsync(Chess, "zoe", 3));
        Assert.False(await HoldAsync(Chess, "zoe", 4));
        Assert.True(await HoldAsync(Chess, "zoe", 3));
        Assert.True(await HoldAsync(Chess, "yan", 4));
        Assert.True(await HoldAsync(Chess, "xia", 5));
        Assert.False(await HoldAsync(Chess, "wim", 6));

        await Messages.DropHeldAsync(Messages.ListHeldBatches(Chess)[0]);
        Assert.True(await HoldAsync(Chess, "wim", 6));
        Assert.Equal([("zoe", 3), ("yan", 4), ("xia", 5), ("wim", 6)], Held(Chess));
    }

    [Fact]
    public async Task Batches_held_for_left_groups_have_a_limit_of_their_own()
    {
        const long two = 2 * (MessageStore.HeldOverhead + 1);
        Task<bool> HoldAsync(Conversation conversation, string key, byte body) =>
            Messages.HoldAsync(conversation, key, new[] { body }, two, two, [conversation.Name]);

        Assert.True(await HoldAsync(Chess, "zoe", 1));
        Assert.True(await HoldAsync(Chess, "zoe", 2));
        Assert.False(await HoldAsync(Chess, "zoe", 3));
        Assert.True(await HoldAsync(Go, "zoe", 1));
        Assert.True(await HoldAsync(Go, "zoe", 2));
        Assert.False(await HoldAsync(Go, "zoe", 3));
        Assert.Equal([("zoe", 1), ("zoe", 2)], Held(Chess));

        // That limit is reached too, whichever group is joined now.
        Assert.False(await HoldAsync(Conversation.Of("bridge"), "zoe", 1));
        await Messages.DropHeldAsync(Messages.ListHeldBatches(Chess)[0]);
        Assert.True(await HoldAsync(Conversation.Of("bridge"), "zoe", 1));

        // Two joined groups share one limit.
        Assert.False(await Messages.HoldAsync(Chess, "yan", new byte[] { 1 }, two, two, Both));
    }

    [Fact]
    public async Task A_held_batch_is_deleted_in_the_commit_that_stores_it()
    {
        await Messages.HoldAsync(Chess, "zoe", new byte[] { 1 }, Much, Much, Both);
        var told = new List<string>();
        await Messages.StoreReceivedAsync(
            Chess,
            "zoe",
            "zoe",
            [new ReceivedMessage(Guid.CreateVersion7(), 1, "hello", DateTimeOffset.UnixEpoch, default)],
            held: Messages.ListHeldBatches(Chess).Single().Local,
            committed: fresh =>
            {
                Assert.False(Messages.HoldsAny(Chess));
                told.AddRange(fresh.Select(message => message.Text));
            });
        Assert.Equal(["hello"], told);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_held_batch_is_deleted_with_the_subscription(bool isGivenUp)
    {
        await SubscribeAsync("chess", GroupMode.Durable);
        await Messages.HoldAsync(Chess, "zoe", new byte[] { 1 }, Much, Much, Both);
        await Messages.HoldAsync(Go, "zoe", new byte[] { 1 }, Much, Much, Both);
        await (isGivenUp ? Messages.UnsubscribeAsync("chess") : Messages.SubscribeAsync("go", GroupMode.Durable, ["g"], new Dictionary<string, long>()));
        Assert.Equal((!isGivenUp, isGivenUp), (Messages.HoldsAny(Chess), Messages.HoldsAny(Go)));
    }

    [Fact]
    public async Task Batches_of_a_transient_group_are_forgotten_after_a_crash()
    {
        await SubscribeAsync("chess", GroupMode.Durable);
        await SubscribeAsync("go", GroupMode.Transient);
        await Messages.HoldAsync(Chess, "zoe", new byte[] { 1 }, Much, Much, Both);
        await Messages.HoldAsync(Go, "zoe", new byte[] { 1 }, Much, Much, Both);
        await Messages.DropHeldOfAsync(GroupMode.Transient);
        Assert.Equal((true, false), (Messages.HoldsAny(Chess), Messages.HoldsAny(Go)));
    }

    [Fact]
    public async Task A_batch_is_set_aside_after_three_failures_and_retried_on_request()
    {
        await Messages.HoldAsync(Chess, "zoe", new byte[] { 1 }, Much, Much, Both);
        var held = Messages.ListHeldBatches(Chess).Single();
        Assert.Null(await Messages.CountFailedTryAsync(held));
        Assert.Null(await Messages.CountFailedTryAsync(held));
        Assert.Equal(0, await Messages.CountFailedTryAsync(held));
        Assert.False(Messages.HoldsAny(Chess));

        await Messages.RetrySetAsideAsync(Chess);
        Assert.Equal([("zoe", 1)], Held(Chess));
        Assert.Equal(0, await Messages.CountFailedTryAsync(held));
        Assert.Empty(Held(Chess));
    }

    [Fact]
    public async Task Batches_set_aside_have_a_limit_and_the_oldest_are_deleted()
    {
        var forgotten = 0;
        for (byte i = 1; i <= 20; i++)
        {
            forgotten += await Messages.SetAsideAsync(Chess, "zoe", Enumerable.Repeat(i, 1024 * 1024).ToArray());
        }

        // The limit is 16 MiB, and each batch is a little more than one.
        Assert.Equal(5, forgotten);
        Assert.True(await Messages.HoldAsync(Go, "zoe", new byte[] { 1 }, 2048, 2048, Both));
        await Messages.RetrySetAsideAsync(Chess);
        Assert.Equal(Enumerable.Range(6, 15), Held(Chess).Select(held => held.First));
    }

    private Task SubscribeAsync(string group, GroupMode mode) =>
        Messages.SubscribeAsync(group, mode, ["first"], new Dictionary<string, long>());

    private IEnumerable<(string Key, int First)> Held(Conversation conversation) =>
        Messages.ListHeldBatches(conversation).Select(held => (held.Fingerprint, (int)Messages.ReadHeld(held)![0]));
}
