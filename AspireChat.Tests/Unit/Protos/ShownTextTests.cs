using System.Globalization;
using System.Text;
using Xunit;

namespace AspireChat.Tests.Unit.Protos;

public sealed class ShownTextTests
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
    [InlineData("al\u3164i\uFFA0c\u115Fe\u1160", "alice")]
    public void Text_becomes_one_safe_line(string text, string shown) => Assert.Equal(shown, ShownText.Line(text));

    [Theory]
    [InlineData("one\ntwo\r\nthree\rfour", "one\ntwo\nthree␍four")]
    [InlineData("a\u2028b\u2029c", "a\nb\nc")]
    [InlineData("a\tb\n\n c", "a b\n\n c")]
    [InlineData("\e[2J\npay \u202Eevil", "␛[2J\npay \uFFFDevil")]
    public void Text_becomes_safe_lines(string text, string shown) => Assert.Equal(shown, ShownText.Lines(text));

    // Not inline data: attributes cannot hold text that is not valid Unicode.
    [Fact]
    public void Unpaired_surrogates_are_replaced() => Assert.Equal("\uFFFDx\uFFFD", ShownText.Line("\uD800x\uDC00"));

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

        var passed = ShownText.Line(all.ToString()).EnumerateRunes().Select(Rune.GetUnicodeCategory).ToHashSet();

        UnicodeCategory[] unsafeOnes =
        [
            UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
            UnicodeCategory.Surrogate,
        ];
        Assert.Empty(passed.Intersect(unsafeOnes));
    }

    [Fact]
    public void A_sequence_split_over_two_texts_is_harmless_too() =>
        Assert.Equal("␛[2J", ShownText.Line("\e") + ShownText.Line("[2J"));

    [Fact]
    public void Ten_thousand_marks_on_one_character_are_reduced_to_a_few()
    {
        var zalgo = "a" + string.Concat(Enumerable.Repeat("\u0301\u200D", 10_000)) + "b";

        Assert.Equal("a" + new string('\u0301', ShownText.MaxMarks) + "b", ShownText.Line(zalgo));
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("exactly 12 c", "exactly 12 c")]
    [InlineData("more than twelve", "more than t…")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀…")]
    public void A_preview_is_cut_between_characters(string text, string shown) => Assert.Equal(shown, ShownText.Preview(text, 12));
}
