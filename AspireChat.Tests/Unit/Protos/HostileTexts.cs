using FsCheck;
using FsCheck.Fluent;

namespace AspireChat.Tests.Unit.Protos;

/// <summary>Generates texts as somebody writes who wants to deceive: any UTF-16, valid or not, with much of what deceives.</summary>
public static class HostileTexts
{
    private static readonly Gen<string> Pieces = Gen.OneOf(
        Between(0x00, 0x1F),
        Between(0x7F, 0x9F),
        Between(0x200B, 0x200F),
        Between(0x2028, 0x202E),
        Between(0x2060, 0x206F),
        Between(0xD800, 0xDFFF),
        Between(0x0300, 0x036F),
        Between(' ', '~'),
        Between(0x0000, 0xFFFF),
        Gen.Elements(
            "\e[2J", "\e]8;;http://evil.example\a", "\e]52;c;aGFja2Vk\e\\", "\u009B2J", "\r\n", "\n\r", "\n", "\t", "\uFEFF",
            "\u00AD", "\u034F", "\u115F", "\u3164", "😀", "👩‍👩‍👧", "\U000E0041", "\U000E0100", "日本", "שלום", "e\u0301",
            new string('\u0489', 50), string.Concat(Enumerable.Repeat("\u0301\u200D", 50))));

    /// <summary>Makes properties of a text hold for such texts.</summary>
    public static Arbitrary<string> Texts() =>
        Arb.From(Pieces.ListOf().Select(string.Concat), text => Enumerable.Range(0, text.Length).Select(i => text.Remove(i, 1)));

    private static Gen<string> Between(int first, int last) => Gen.Choose(first, last).Select(value => ((char)value).ToString());
}
