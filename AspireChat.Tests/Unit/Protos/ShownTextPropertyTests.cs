using System.Globalization;
using System.Text;
using FsCheck.Xunit;
using Xunit;

namespace AspireChat.Tests.Unit.Protos;

/// <summary>What holds for the shown form of every text that anybody could send.</summary>
[Properties(Arbitrary = [typeof(HostileTexts)], MaxTest = 1000, QuietOnSuccess = true)]
public sealed class ShownTextPropertyTests
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Property]
    public void A_line_holds_nothing_that_a_terminal_obeys_or_hides(string text) => Assert.Empty(Dangers(ShownText.Line(text)));

    [Property]
    public void Lines_hold_nothing_that_a_terminal_obeys_or_hides_but_line_ends(string text) =>
        Assert.Empty(Dangers(ShownText.Lines(text).Replace("\n", "", StringComparison.Ordinal)));

    [Property]
    public void Two_messages_side_by_side_are_as_harmless_as_each(string one, string other) =>
        Assert.Empty(Dangers(ShownText.Line(one) + ShownText.Line(other)));

    [Property]
    public void A_text_that_is_cut_anywhere_shows_no_control_character(string text, ushort where)
    {
        var cut = where % (text.Length + 1);

        Assert.Empty(Dangers(ShownText.Line(text[..cut]) + ShownText.Line(text[cut..])));
    }

    [Property]
    public void A_line_and_lines_differ_in_line_ends_only(string text) =>
        Assert.Equal(ShownText.Line(text), ShownText.Lines(text).Replace('\n', '␤'));

    [Property]
    public void What_is_shown_is_valid_unicode(string text)
    {
        Assert.Equal(ShownText.Line(text), Strict.GetString(Strict.GetBytes(ShownText.Line(text))));
        Assert.Equal(ShownText.Lines(text), Strict.GetString(Strict.GetBytes(ShownText.Lines(text))));
    }

    [Property]
    public void What_is_safe_does_not_change_again(string text)
    {
        Assert.Equal(ShownText.Line(text), ShownText.Line(ShownText.Line(text)));
        Assert.Equal(ShownText.Lines(text), ShownText.Lines(ShownText.Lines(text)));
    }

    [Property]
    public void What_is_shown_is_never_longer_than_the_text(string text)
    {
        Assert.InRange(ShownText.Line(text).Length, 0, text.Length);
        Assert.InRange(ShownText.Lines(text).Length, 0, text.Length);
    }

    [Property]
    public void No_character_carries_more_than_a_few_marks(string text)
    {
        var longest = 0;
        var run = 0;
        foreach (var rune in ShownText.Lines(text).EnumerateRunes())
        {
            run = ShownText.IsMark(rune) ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        Assert.InRange(longest, 0, ShownText.MaxMarks);
    }

    [Property(Arbitrary = [typeof(PlainTexts)])]
    public void What_people_write_stays_as_it_is(string text)
    {
        Assert.Equal(text, ShownText.Line(text));
        Assert.Equal(text, ShownText.Lines(text));
    }

    [Property(Arbitrary = [typeof(PlainTexts)])]
    public void Line_breaks_between_what_people_write_stay(string one, string other) =>
        Assert.Equal($"{one}\n{other}", ShownText.Lines($"{one}\r\n{other}"));

    private static IEnumerable<string> Dangers(string shown) => shown.EnumerateRunes()
        .Where(rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        .Select(rune => $"U+{rune.Value:X4}");
}
