using FsCheck;
using FsCheck.Fluent;

namespace AspireChat.Tests.Unit.Protos;

/// <summary>Generates lines as people write them, in several scripts.</summary>
public static class PlainTexts
{
    private static readonly Gen<string> Pieces = Gen.OneOf(
        Gen.Choose(' ', '~').Select(value => ((char)value).ToString()),
        Gen.Elements("grüße", "日本", "😀", "e\u0301", "שלום", "مرحبا", "नमस्ते", "สวัสดี", "👍🏽", "❤\uFE0F", "ﷺ", "\u00A0", "…"));

    /// <summary>Makes properties of a text hold for such lines.</summary>
    public static Arbitrary<string> Texts() => Pieces.ListOf().Select(string.Concat).ToArbitrary();
}
