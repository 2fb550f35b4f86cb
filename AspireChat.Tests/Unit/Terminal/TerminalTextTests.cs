using System.Globalization;
using System.Text;
using AspireChat.Client.Terminal;
using Xunit;

namespace AspireChat.Tests.Unit.Terminal;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain text, nothing special ~", "plain text, nothing special ~")]
    [InlineData("grüße 日本 😀 e\u0301", "grüße 日本 😀 e\u0301")]
    [InlineData("\e[2J", "␛[2J")]
    [InlineData("\e[?1000h", "␛[?1000h")]
    [InlineData("\e]52;c;aGFja2Vk\a", "␛]52;c;aGFja2Vk␇")]
    [InlineData("\e]8;;http://evil.example\e\\click\e]8;;\e\\", "␛]8;;http://evil.example␛\\click␛]8;;␛\\")]
    [InlineData("\u009B2J", "\uFFFD2J")]
    [InlineData("\u0085next\u0080", "\uFFFDnext\uFFFD")]
    [InlineData("a\0b\bc\u007F", "a␀b␈c␡")]
    [InlineData("one\ntwo\r\nthree\rfour", "one␤two␤three␍four")]
    [InlineData("a\tb", "a b")]
    [InlineData("a\u2028b\u2029c", "a␤b␤c")]
    [InlineData("pay \u202Eevil\u202C", "pay \uFFFDevil\uFFFD")]
    [InlineData("\u2066x\u2069", "\uFFFDx\uFFFD")]
    [InlineData("al\u200Bi\uFEFFce\u00AD", "alice")]
    public void Text_is_made_safe_for_the_terminal(string text, string shown) => Assert.Equal(shown, TerminalText.Clean(text));

    // Not inline data: attributes cannot hold text that is not valid Unicode.
    [Fact]
    public void Unpaired_surrogates_are_replaced() => Assert.Equal("\uFFFDx\uFFFD", TerminalText.Clean("\uD800x\uDC00"));

    [Fact]
    public void No_character_that_a_terminal_obeys_or_hides_gets_through()
    {
        var all = new StringBuilder();
        for (var value = 0; value <= 0x10FFFF; value++)
        {
            if (Rune.IsValid(value))
            {
                all.Append(new Rune(value));
            }
        }

        var passed = TerminalText.Clean(all.ToString()).EnumerateRunes().Select(Rune.GetUnicodeCategory).ToHashSet();

        UnicodeCategory[] unsafeOnes =
        [
            UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
            UnicodeCategory.Surrogate,
        ];
        Assert.Empty(passed.Intersect(unsafeOnes));
    }

    [Fact]
    public void A_sequence_split_over_two_texts_is_harmless_too() =>
        Assert.Equal("␛[2J", TerminalText.Clean("\e") + TerminalText.Clean("[2J"));

    [Fact]
    public void Ten_thousand_marks_on_one_character_are_reduced_to_a_few()
    {
        var zalgo = "a" + string.Concat(Enumerable.Repeat("\u0301\u200D", 10_000)) + "b";

        Assert.Equal("a" + new string('\u0301', TerminalText.MaxMarks) + "b", TerminalText.Clean(zalgo));
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly 12 c", "exactly 12 c")]
    [InlineData("more than twelve", "more than t…")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀…")]
    public void A_preview_is_cut_between_characters(string text, string shown) => Assert.Equal(shown, TerminalText.Preview(text, 12));
}
