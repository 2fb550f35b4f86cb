using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Groups;

/// <summary>Messages from before a subscription began are dropped.</summary>
public sealed class FloorTests : IAsyncDisposable
{
    private static readonly Conversation Chess = Conversation.Of("chess");

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Messages_below_the_floor_are_dropped_and_leave_no_gap()
    {
        await SubscribeAsync(("bob", 10));
        Assert.Empty(await StoreAsync("bob", 3, 10));
        Assert.Equal([11L, 12], await StoreAsync("bob", 9, 11, 12));
        Assert.Equal([1L], await StoreAsync("carol", 1));
        Assert.All(Messages.ReadPage(Chess, 100, null), message => Assert.Equal(0, message.Missing));
    }

    [Fact]
    public async Task A_floor_ends_with_the_subscription()
    {
        await SubscribeAsync(("bob", 10));
        await Messages.UnsubscribeAsync("chess");
        Assert.Empty(Messages.ListGenerations("chess"));
        await SubscribeAsync(("bob", 20), ("carol", 5));
        Assert.Empty(await StoreAsync("bob", 15));
        Assert.Equal([21L], await StoreAsync("bob", 21));
    }

    [Fact]
    public async Task A_floor_counts_in_its_group_only()
    {
        await SubscribeAsync(("bob", 10));
        var batch = Batch(1);
        Assert.Single(await Messages.StoreReceivedAsync(Conversation.Of("go"), "bob", "bob", batch));
        Assert.Single(await Messages.StoreReceivedAsync(Conversation.With("chess"), "bob", "bob", Batch(1)));
    }

    [Fact]
    public async Task Generations_are_added_and_the_current_one_comes_first()
    {
        await SubscribeAsync();
        await Messages.LearnGenerationsAsync("chess", ["second"]);
        Assert.Equal(["second", "first"], Messages.ListGenerations("chess"));
        await Messages.LearnGenerationsAsync("chess", ["first", "third"]);
        Assert.Equal("first", Messages.ListGenerations("chess")[0]);
        Assert.Equal(3, Messages.ListGenerations("chess").Count);
    }

    [Fact]
    public async Task The_position_in_a_log_belongs_to_the_subscription()
    {
        await SubscribeAsync();
        Assert.Null(Messages.PositionIn("chess", "first"));
        await Messages.StepAsync(new LogStep("chess", "first", From: null, "17"));
        Assert.Equal("17", Messages.PositionIn("chess", "first"));

        // A log of a generation that is learnt later is read from its beginning.
        await Messages.LearnGenerationsAsync("chess", ["second"]);
        Assert.Equal("", Messages.PositionIn("chess", "second"));

        await SubscribeAsync();
        Assert.Null(Messages.PositionIn("chess", "first"));
        await Messages.UnsubscribeAsync("chess");
        await Messages.StepAsync(new LogStep("chess", "first", From: null, "18"));
        Assert.Null(Messages.PositionIn("chess", "first"));
    }

    [Fact]
    public async Task A_step_in_a_log_is_taken_only_from_where_this_client_stands()
    {
        await SubscribeAsync();
        await Messages.StepAsync(new LogStep("chess", "first", From: null, "1"));
        await Messages.StepAsync(new LogStep("chess", "first", From: "2", "3"));
        Assert.Equal("1", Messages.PositionIn("chess", "first"));

        await Messages.StoreReceivedAsync(Chess, "bob", "bob", Batch(1), step: new LogStep("chess", "first", From: "1", "2"));
        Assert.True(await Messages.CountUnvouchedAsync("chess", messages: 4, new LogStep("chess", "first", From: "2", "3")));
        Assert.False(await Messages.CountUnvouchedAsync("chess", messages: 4, new LogStep("chess", "first", From: "2", "3")));
        Assert.Equal("3", Messages.PositionIn("chess", "first"));
        Assert.Equal(4, Messages.CountUnvouched("chess"));

        Assert.True(await Messages.HoldAsync(Chess, "bob", new byte[] { 1 }, 10_000, 10_000, ["chess"], new LogStep("chess", "first", From: "3", "4")));
        await Messages.SetAsideAsync(Chess, "bob", new byte[] { 2 }, new LogStep("chess", "first", From: "4", "5"));
        Assert.Equal("5", Messages.PositionIn("chess", "first"));
    }

    private Task SubscribeAsync(params (string Sender, long Seq)[] floors) => Messages.SubscribeAsync(
        "chess", GroupMode.Durable, ["first"], floors.ToDictionary(floor => floor.Sender, floor => floor.Seq));

    private async Task<IEnumerable<long>> StoreAsync(string sender, params long[] seqs) =>
        (await Messages.StoreReceivedAsync(Chess, sender, sender, Batch(seqs), tellGaps: true)).Select(message => message.Seq);

    private static ReceivedMessage[] Batch(params long[] seqs) =>
        [.. seqs.Select(seq => new ReceivedMessage(Guid.CreateVersion7(), seq, $"{seq}", DateTimeOffset.UnixEpoch, default))];
}
