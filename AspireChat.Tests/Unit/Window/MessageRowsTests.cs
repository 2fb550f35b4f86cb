using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class MessageRowsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.FromHours(1));
    private static readonly Conversation Tea = Conversation.Of("tea");

    [Fact]
    public void Days_begin_with_their_names() => Assert.Equal(
        ["= 22 November 2026", "alice: a", "= Yesterday", "alice: b", "= Today", "alice: c"],
        Shown([At("alice", "a", Now.AddDays(-2)), At("alice", "b", Now.AddDays(-1)), At("alice", "c", Now)]));

    [Fact]
    public void A_day_is_that_of_the_readers_zone() => Assert.Equal(
        ["= Yesterday", "alice: late", "= Today", "alice: early"],
        Shown([At("alice", "late", new(2026, 11, 23, 22, 59, 0, TimeSpan.Zero)), At("alice", "early", new(2026, 11, 23, 23, 1, 0, TimeSpan.Zero))]));

    [Fact]
    public void Messages_of_one_sender_within_five_minutes_are_one_group() => Assert.Equal(
        ["= Today", "alice: a", "b", "bob: c", "alice: d", "alice: e"],
        Shown([
            At("alice", "a", Now), At("alice", "b", Now.AddMinutes(5)), At("bob", "c", Now.AddMinutes(5)),
            At("alice", "d", Now.AddMinutes(6)), At("alice", "e", Now.AddMinutes(12))]));

    [Fact]
    public void The_divider_stands_before_the_first_new_message_and_starts_a_group()
    {
        ChatMessage[] messages = [At("alice", "a", Now), At("alice", "b", Now), At("alice", "c", Now)];

        Assert.Equal(["= Today", "alice: a", "-- new", "alice: b", "c"], Shown(messages, messages[1].Id));
    }

    [Fact]
    public void A_gap_is_told_before_the_message_behind_it() => Assert.Equal(
        ["= Today", "alice: a", "2 of alice missing", "alice: d"],
        Shown([At("alice", "a", Now), At("alice", "d", Now) with { Missing = 2 }]));

    [Theory]
    [InlineData(MessageState.Sending, null, "sending", false)]
    [InlineData(MessageState.Sending, "RabbitMQ is away.", "sending: RabbitMQ is away.", false)]
    [InlineData(MessageState.Delivered, null, "delivered", false)]
    [InlineData(MessageState.Read, null, "read", false)]
    [InlineData(MessageState.Confirmed, null, "kept for all members", false)]
    [InlineData(MessageState.Sent, null, "sent to the members present", false)]
    [InlineData(MessageState.Failed, "bob is away.", "failed: bob is away.", true)]
    public void Own_messages_have_a_state_in_words(MessageState state, string? reason, string words, bool canRetry)
    {
        var message = At("me", "a", Now) with { IsOwn = true, State = state, Reason = reason };

        var shown = Assert.IsType<ShownMessage>(MessageRows.Build([message], null, Now)[1]);

        Assert.Equal((words, canRetry), (shown.State, shown.CanRetry));
        Assert.NotEqual("", shown.Symbol);
    }

    [Fact]
    public void Others_messages_have_no_state()
    {
        var shown = Assert.IsType<ShownMessage>(MessageRows.Build([At("alice", "a", Now)], null, Now)[1]);

        Assert.Equal(("", "", false), (shown.State, shown.Symbol, shown.CanRetry));
    }

    [Fact]
    public void Every_row_has_a_key_of_its_own()
    {
        var id = Guid.NewGuid();
        var rows = MessageRows.Build(
            [At("alice", "a", Now.AddDays(-1)) with { Id = id }, At("bob", "b", Now) with { Id = id }, At("alice", "c", Now.AddDays(-1))], id, Now);

        Assert.Equal(rows.Count, rows.Select(row => row.Key).Distinct().Count());
    }

    private static ChatMessage At(string from, string text, DateTimeOffset sentAt) =>
        new(Guid.NewGuid(), from, Tea, IsOwn: false, Seq: 1, text, sentAt, MessageState.Delivered);

    private static IEnumerable<string> Shown(IReadOnlyList<ChatMessage> messages, Guid? firstNew = null) =>
        MessageRows.Build(messages, firstNew, Now).Select(row => row switch
        {
            DayRow day => $"= {day.Text}",
            NewRow => "-- new",
            GapRow gap => $"{gap.Missing} of {gap.From} missing",
            ShownMessage { StartsGroup: true } shown => $"{shown.Message.From}: {shown.Message.Text}",
            ShownMessage shown => shown.Message.Text,
            _ => "?",
        });
}
