using FsCheck;
using FsCheck.Fluent;

namespace AspireChat.Tests.Unit.Page.Markdown;

/// <summary>Generates Markdown, HTML and addresses in pieces that do not fit.</summary>
public static class HostileMixtures
{
    private static readonly Gen<string> Pieces = Gen.OneOf(
        Gen.Elements(
            "*", "**", "_", "~~", "`", "```", "[", "]", "](", ")", "![", "<", ">", "\"", "'", "\\", "&", ";", "#", "# ", "- ", "1. ",
            "7) ", "> ", "\n", "\n\n", "    ", "  \n", "---", "|"),
        Gen.Elements(
            "https://", "http://a.example", "javascript:", "data:", "mailto:", "x@a.example", "www.b.example", "//", "@", ":80", "%00",
            "&#x6A;", "&Tab;", "ſ", "\u2126", "\u3002", "ß", "xn--a", "[::1]", "0x7f.1"),
        Gen.Elements("<script>", "</script>", "<svg>", "<style>", "<!--", "-->", "<![CDATA[", "]]>", "<a href=", "onerror=", "<p>", "</p>"),
        Gen.Elements("a", "b c", "\e[2J", "\u202E", "\u200B", "\u0301\u0301\u0301", "\uD800", "\0", "😀", "é"));

    /// <summary>Makes properties of a body hold for such mixtures.</summary>
    public static Arbitrary<string> Texts() => Pieces.ListOf().Select(string.Concat).ToArbitrary();
}
