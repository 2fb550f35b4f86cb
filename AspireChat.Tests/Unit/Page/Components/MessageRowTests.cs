using AspireChat.Client.Chat;
using AspireChat.Client.Page.Components;
using AspireChat.Client.Window;
using AspireChat.Tests.Unit.Window;
using Bunit;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Components;

public sealed class MessageRowTests : BunitContext
{
    [Theory]
    [InlineData(MessageState.Sending, "… sending")]
    [InlineData(MessageState.Delivered, "✓ delivered")]
    [InlineData(MessageState.Read, "✓✓ read")]
    [InlineData(MessageState.Confirmed, "✓ in the group")]
    public void An_own_message_has_its_state_as_a_sign_and_in_words(MessageState state, string words)
    {
        var row = RenderRow(Messages.Said(Messages.Self, "hello", state: state));

        Assert.Equal(words, Words(row.Find(".state").TextContent));
        Assert.Empty(row.FindAll("button"));
    }

    [Fact]
    public void A_failed_message_has_its_reason_and_can_be_sent_again()
    {
        var retried = new List<ShownMessage>();
        var isSent = false;
        var failed = Messages.Said(Messages.Self, "hello", state: MessageState.Failed) with { Reason = "bob is away." };
        var shown = Shown(failed);
        var row = Render<MessageRow>(parameters => parameters.Add(it => it.Row, shown).Add(it => it.Retry, again =>
        {
            retried.Add(again);
            return Task.FromResult(isSent);
        }));

        Assert.Equal("✗ failed: bob is away. Try again", Words(row.Find(".state").TextContent));
        row.Find("button").Click();
        Assert.Equal([shown], retried);

        // What could not be sent may be tried again; what was sent may not.
        isSent = true;
        row.Find("button").Click();
        Assert.Equal([shown, shown], retried);
        Assert.Empty(row.FindAll("button"));
    }

    [Fact]
    public void A_message_of_another_user_has_no_state_and_its_sender_once()
    {
        var row = RenderRow(Messages.Said("bob", "hello"));
        Assert.Equal("bob", row.Find("header b").TextContent);
        Assert.Empty(row.FindAll(".state"));

        var next = Render<MessageRow>(parameters => parameters.Add(it => it.Row, Shown(Messages.Said("bob", "again")) with { StartsGroup = false }));
        Assert.Empty(next.FindAll("header"));
    }

    [Fact]
    public void Markup_is_shown_and_code_can_be_copied()
    {
        Assert.Empty(RenderRow(Messages.Said("bob", "`a` **b**")).FindAll("button"));
        var row = RenderRow(Messages.Said("bob", "```\nx\n```"));

        Assert.Equal(".message", row.Find("button").GetAttribute("data-copy"));
        Assert.Equal("x", row.Find("pre").TextContent.Trim());
    }

    [Fact]
    public void A_row_is_drawn_again_only_if_it_is_another_one()
    {
        var row = RenderRow(Messages.Said(Messages.Self, "hello", state: MessageState.Sending));
        var shown = Assert.IsType<ShownMessage>(row.Instance.Row);

        row.Render(parameters => parameters.Add(it => it.Row, shown with { }));
        Assert.Equal(1, row.RenderCount);
        row.Render(parameters => parameters.Add(it => it.Row, Shown(shown.Message with { State = MessageState.Delivered })));
        Assert.Equal((2, "✓ delivered"), (row.RenderCount, Words(row.Find(".state").TextContent)));
    }

    [Theory]
    [InlineData(1, "1 message from bob is missing here.")]
    [InlineData(12, "12 messages from bob are missing here.")]
    public void A_gap_says_how_many_are_missing(long missing, string sentence)
    {
        var row = Render<MessageRow>(parameters => parameters.Add(it => it.Row, new GapRow("gap", "bob", missing)));

        Assert.Equal(sentence, row.Find(".gap").TextContent);
    }

    [Fact]
    public void A_hostile_name_is_text()
    {
        var row = RenderRow(Messages.Said("<b onclick=x>\u202Egnp.exe", "hello"));

        Assert.StartsWith("<b onclick=x>", row.Find("header b").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202E", row.Markup, StringComparison.Ordinal);
    }

    private static ShownMessage Shown(ChatMessage message) => Assert.IsType<ShownMessage>(
        MessageRows.Build([message], firstNew: null, message.SentAt, TimeZoneInfo.Utc)[^1]);

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private IRenderedComponent<MessageRow> RenderRow(ChatMessage message) =>
        Render<MessageRow>(parameters => parameters.Add(it => it.Row, Shown(message)));
}
