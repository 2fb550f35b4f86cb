using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;
using static AspireChat.Tests.Unit.Window.Messages;

namespace AspireChat.Tests.Unit.Window;

public sealed class MessageRowsTests
{
    [Fact]
    public void A_day_begins_with_its_name() => Assert.Equal(
        ["22 November 2026", "bob: a", "Yesterday", "bob: b", "Today", "bob: c", "bob: d"],
        Shown([Said("bob", "a", Noon.AddDays(-2)), Said("bob", "b", Noon.AddDays(-1)), Said("bob", "c", Noon.AddHours(-1)), Said("bob", "d")]));

    [Fact]
    public void Days_are_those_of_the_time_zone()
    {
        // 00:30 of the 25th there.
        var east = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");
        var messages = new[] { Said("bob", "a", Noon.AddHours(9.5)), Said("bob", "b", Noon.AddHours(10.5)) };

        Assert.Equal(["Yesterday", "bob: a", "Today", "bob: b"], Shown(messages, now: Noon.AddHours(10.5), zone: east));
        Assert.Equal(["Today", "bob: a", "bob: b"], Shown(messages, now: Noon.AddHours(10.5)));
    }

    [Fact]
    public void A_day_that_comes_back_has_a_key_of_its_own()
    {
        var rows = Build([Said("bob", "a"), Said("eve", "b", Noon.AddDays(-1)), Said("bob", "c")]);

        Assert.Equal(["Today", "bob: a", "Yesterday", "eve: b", "Today", "bob: c"], rows.Select(Text));
        Assert.Equal(["day 2026-11-24", "day 2026-11-23", "day 2026-11-24 2"], rows.OfType<DayRow>().Select(day => day.Key));
    }

    [Fact]
    public void No_key_occurs_twice_even_if_an_id_does()
    {
        var first = Said("bob", "a");
        var rows = Build([first, first with { Text = "b" }]);

        Assert.Equal(["day 2026-11-24", MessageRows.KeyOf(first), $"{MessageRows.KeyOf(first)} 2"], rows.Select(row => row.Key));
    }

    [Fact]
    public void Keys_stay_when_earlier_messages_are_added()
    {
        ChatMessage[] all = [Said("bob", "a", Noon.AddDays(-1)), Said("bob", "b", missing: 2), Said("bob", "c")];
        var later = Build(all[1..]).Select(row => row.Key).ToList();

        Assert.Equal(later, Build(all).Select(row => row.Key).Skip(2));
    }

    [Fact]
    public void The_divider_stands_above_the_first_new_message_and_below_its_day()
    {
        var fresh = Said("bob", "b");

        Assert.Equal(["Yesterday", "bob: a", "Today", "NEW", "bob: b", "bob: c"], Shown([Said("bob", "a", Noon.AddDays(-1)), fresh, Said("bob", "c")], fresh));
        Assert.Equal(["Today", "bob: d"], Shown([Said("bob", "d")], fresh));
    }

    [Fact]
    public void A_gap_stands_above_the_message_that_shows_it()
    {
        var fresh = Said("bob", "b", missing: 3);

        Assert.Equal(["Today", "eve: a", "NEW", "3 of bob", "bob: b"], Shown([Said("eve", "a"), fresh], fresh));
    }

    [Fact]
    public void A_group_starts_with_another_sender_or_after_more_than_five_minutes()
    {
        ChatMessage[] messages =
        [
            Said("bob", "a"),
            Said("bob", "b", Noon.AddMinutes(5)),
            Said("bob", "c", Noon.AddMinutes(10).AddMilliseconds(1)),
            Said("eve", "d", Noon.AddMinutes(11)),
            Said("bob", "e", Noon.AddMinutes(11)),
            Said("bob", "f", Noon.AddMinutes(1)),
            Said("bob", "g", Noon.AddMinutes(1), missing: 1),
        ];

        Assert.Equal(
            [("a", true), ("b", false), ("c", true), ("d", true), ("e", true), ("f", false), ("g", true)],
            Build(messages).OfType<ShownMessage>().Select(shown => (shown.Message.Text, shown.StartsGroup)));
    }

    [Fact]
    public void Own_messages_have_their_state_in_words()
    {
        ChatMessage[] messages =
        [
            Said(Self, "a", state: MessageState.Sending),
            Said(Self, "b", state: MessageState.Sending, reason: "RabbitMQ is full."),
            Said(Self, "c", state: MessageState.Stored),
            Said(Self, "d", state: MessageState.Delivered),
            Said(Self, "e", state: MessageState.Read),
            Said(Self, "f", state: MessageState.Confirmed),
            Said(Self, "g", state: MessageState.Sent),
            Said(Self, "h", state: MessageState.Failed, reason: "bob is away."),
            Said("bob", "i", state: MessageState.Read),
        ];

        Assert.Equal(
            [
                ("sending", "…", false), ("sending: RabbitMQ is full.", "…", false), ("stored until tea is back", "~", false), ("delivered", "✓", false),
                ("read", "✓✓", false), ("in the group", "✓", false), ("sent", "✓", false), ("failed: bob is away.", "✗", true), ("", "", false),
            ],
            Build(messages).OfType<ShownMessage>().Select(shown => (shown.State, shown.Symbol, shown.CanRetry)));
    }

    private static IReadOnlyList<Row> Build(IEnumerable<ChatMessage> messages) => MessageRows.Build(messages, firstNew: null, Noon, TimeZoneInfo.Utc);

    private static IEnumerable<string> Shown(
        IEnumerable<ChatMessage> messages, ChatMessage? firstNew = null, DateTimeOffset? now = null, TimeZoneInfo? zone = null) =>
        MessageRows.Build(messages, firstNew is null ? null : MessageRows.KeyOf(firstNew), now ?? Noon, zone ?? TimeZoneInfo.Utc).Select(Text);

    private static string Text(Row row) => row switch
    {
        DayRow day => day.Text,
        NewRow => "NEW",
        GapRow gap => $"{gap.Missing} of {gap.From}",
        ShownMessage shown => $"{shown.Message.From}: {shown.Message.Text}",
        _ => row.ToString(),
    };
}
