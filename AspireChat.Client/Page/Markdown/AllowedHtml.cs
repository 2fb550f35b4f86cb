using AngleSharp.Html.Dom;
using Ganss.Xss;

namespace AspireChat.Client.Page.Markdown;

/// <summary>What HTML a message may become: twelve tags, and <c>href</c> on links to the web or a mail address.</summary>
internal static class AllowedHtml
{
    // Each set that is not named here is empty: no styles, no classes, no data attributes.
    private static readonly HtmlSanitizer Sanitizer = new(new HtmlSanitizerOptions
    {
        AllowedTags = new HashSet<string> { "p", "br", "strong", "em", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote" },
        AllowedAttributes = new HashSet<string> { "href" },
        UriAttributes = new HashSet<string> { "href" },
        AllowedSchemes = new HashSet<string> { "http", "https", "mailto" },
    });

    /// <summary>Reads HTML as a browser does and removes from it what is not allowed.</summary>
    public static IHtmlDocument Parse(string html) => Sanitizer.SanitizeDom(html);
}
