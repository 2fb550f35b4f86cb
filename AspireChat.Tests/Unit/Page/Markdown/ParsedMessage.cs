using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AspireChat.Client.Page.Markdown;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Markdown;

/// <summary>A message's HTML as a browser reads it.</summary>
internal static class ParsedMessage
{
    private static readonly string[] Tags =
        ["p", "br", "strong", "em", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote"];

    private static readonly string[] OfLinks = ["href", "rel", "target"];

    public static IElement Of(string text) => Read(MessageMarkup.ToHtml(text));

    /// <summary>Asserts that nothing is in it that a message may not have.</summary>
    public static void AssertHarmless(string text)
    {
        var body = Of(text);

        Assert.Empty(body.QuerySelectorAll("*").Select(element => element.LocalName).Except(Tags));
        foreach (var element in body.QuerySelectorAll("*"))
        {
            Assert.Equal(element.LocalName == "a" ? OfLinks : [], element.Attributes.Select(attribute => attribute.Name));
        }

        foreach (var link in body.QuerySelectorAll("a"))
        {
            Assert.Matches("^(https?://[^/@]|mailto:[^/@]+@)", link.GetAttribute("href"));
            Assert.Equal("noopener noreferrer nofollow", link.GetAttribute("rel"));
            Assert.Equal("_blank", link.GetAttribute("target"));
        }

        Assert.All(body.Descendants(), node => Assert.True(node is IElement or IText, $"There is a {node.NodeName}."));
        Assert.Equal(ShownText.Lines(body.TextContent), body.TextContent);

        // What a browser reads differently after it was written once more is how HTML gets past sanitizers.
        var again = Read(body.InnerHtml);
        Assert.Equal(body.InnerHtml, again.InnerHtml);
        Assert.True(body.Equals(again));
    }

    private static IElement Read(string html) => new HtmlParser().ParseDocument($"<!doctype html><html><body>{html}</body></html>").Body!;
}
