using System.Text;
using AngleSharp.Dom;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Writes the HTML of a message. Whatever a link is called, <c>bank.example</c> for instance, its real host follows in
/// parentheses unless the link says its target itself.
/// </summary>
/// <remarks>It takes a time that grows with the message only; AngleSharp's own writer is quadratic in the number of lines.</remarks>
internal static class MessageWriter
{
    /// <summary>Writes what is in an element that <see cref="AllowedHtml"/> has cleaned.</summary>
    public static string Write(IElement body)
    {
        var html = new StringBuilder();
        WriteContent(html, body, isCodeBlock: false);
        return html.ToString();
    }

    private static void WriteContent(StringBuilder html, INode parent, bool isCodeBlock)
    {
        foreach (var node in parent.ChildNodes)
        {
            switch (node)
            {
                case IText text:
                    html.Append(Escape(Clean(text.Data, isCodeBlock)));
                    break;
                case IElement { LocalName: "br" }:
                    html.Append("<br>");
                    break;
                case IElement { LocalName: "a" } link:
                    WriteLink(html, link);
                    break;
                case IElement element:
                    html.Append('<').Append(element.LocalName).Append('>');
                    WriteContent(html, element, isCodeBlock || element.LocalName == "pre");
                    html.Append("</").Append(element.LocalName).Append('>');
                    break;
            }
        }
    }

    private static void WriteLink(StringBuilder html, IElement link)
    {
        if (LinkTarget.Parse(link.GetAttribute("href")) is not { } target)
        {
            WriteContent(html, link, isCodeBlock: false);
            return;
        }

        var address = Escape(target.Address);
        html.Append("<a href=\"").Append(address).Append("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
        if (string.IsNullOrWhiteSpace(link.TextContent))
        {
            html.Append(address).Append("</a>");
            return;
        }

        WriteContent(html, link, isCodeBlock: false);
        html.Append("</a>");
        if (!target.IsSaidBy(link.TextContent))
        {
            html.Append(" (").Append(Escape(target.Place)).Append(')');
        }
    }

    // Once more, since markup kept characters apart until now: combining marks must not climb on a character that stands
    // before a tag. Outside code blocks line ends go, as every line of the message ends with a br, and no line begins with marks.
    private static string Clean(string text, bool isCodeBlock)
    {
        var lines = isCodeBlock ? text : text.Replace("\n", "", StringComparison.Ordinal);
        var marks = lines.EnumerateRunes().TakeWhile(ShownText.IsMark).Sum(rune => rune.Utf16SequenceLength);
        return ShownText.Lines(lines[marks..]);
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);
}
