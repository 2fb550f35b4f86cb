using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax.Inlines;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Writes links, and pictures as links to them: loading a picture would tell its server who reads the message, and when.
/// </summary>
internal sealed class PictureAsLinkRenderer : HtmlObjectRenderer<LinkInline>
{
    /// <inheritdoc/>
    protected override void Write(HtmlRenderer renderer, LinkInline obj)
    {
        renderer.Write("<a href=\"");
        renderer.WriteEscape(obj.Url);
        renderer.Write("\">");
        renderer.WriteChildren(obj);
        renderer.Write("</a>");
    }
}
