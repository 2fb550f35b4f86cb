using System.Diagnostics;
using AspireChat.Client.Page.Markdown;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Markdown;

/// <summary>The longest text costs little time, however it is built.</summary>
public sealed class MarkupCostTests
{
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(100);

    // Others have the processor too: what counts is one attempt in the allowed time. Quadratic work never has one.
    private const int Attempts = 20;

    [Theory]
    [InlineData("> ")]
    [InlineData(">")]
    [InlineData("1. ")]
    [InlineData("1) ")]
    [InlineData("+ ")]
    [InlineData("> - ")]
    [InlineData("[")]
    [InlineData("![")]
    [InlineData("[]")]
    [InlineData("[a](")]
    [InlineData("[a](\"")]
    [InlineData("[a][")]
    [InlineData("[a]: b\n")]
    [InlineData("<![CDATA[")]
    [InlineData("*")]
    [InlineData("*a ")]
    [InlineData("*a_ ")]
    [InlineData("_*a")]
    [InlineData("a*")]
    [InlineData("***a ")]
    [InlineData("~~a")]
    [InlineData("`")]
    [InlineData("<")]
    [InlineData("www.a(")]
    [InlineData("https://a.bc/(")]
    [InlineData("http://a.b ")]
    public void A_text_of_one_thing_again_and_again_is_cheap(string piece) =>
        AssertCheap(string.Concat(Enumerable.Repeat(piece, MessageText.MaxBytes / piece.Length)));

    [Fact]
    public void Brackets_in_brackets_are_cheap() =>
        AssertCheap(new string('[', MessageText.MaxBytes / 2) + new string(']', MessageText.MaxBytes / 2));

    [Fact]
    public void Lists_in_lists_are_cheap() =>
        AssertCheap(string.Concat(Enumerable.Range(0, 170).Select(depth => new string(' ', depth) + "- a\n")));

    [Fact]
    public void Deep_nesting_stays_as_it_was_typed()
    {
        var quotes = string.Concat(Enumerable.Repeat("> ", 20));

        var body = ParsedMessage.Of(quotes + "a");

        Assert.Equal(8, body.QuerySelectorAll("blockquote").Length);
        Assert.Equal(string.Concat(Enumerable.Repeat("> ", 12)) + "a", body.TextContent);
    }

    [Fact]
    public void Markup_beyond_what_people_write_in_a_paragraph_stays_as_it_was_typed()
    {
        var body = ParsedMessage.Of(string.Concat(Enumerable.Repeat("*a* ", 1_000)) + "\n\n*b*");

        Assert.Equal(MarkupBudget.PerParagraph / 2, body.QuerySelectorAll("p:first-child > em").Length);
        Assert.Equal("b", body.QuerySelector("p:last-child > em")?.TextContent);
    }

    [Fact]
    public void Emphasis_that_is_nested_too_deeply_stays_as_it_was_typed()
    {
        var text = string.Concat(Enumerable.Repeat("[", 100)) + "a *b*";

        Assert.Equal($"<p>{text}</p>", MessageMarkup.ToHtml(text));
    }

    private static void AssertCheap(string text)
    {
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < Attempts && best > Allowed; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            MessageMarkup.ToHtml(text);
            var taken = Stopwatch.GetElapsedTime(start);
            best = taken < best ? taken : best;
        }

        Assert.InRange(best, TimeSpan.Zero, Allowed);
    }
}
