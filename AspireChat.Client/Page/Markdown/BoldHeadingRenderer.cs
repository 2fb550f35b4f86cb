using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace AspireChat.Client.Page.Markdown;

/// <summary>Writes a heading as a bold paragraph: a message must not change the page's outline.</summary>
internal sealed class BoldHeadingRenderer : HtmlObjectRenderer<HeadingBlock>
{
    /// <inheritdoc/>
    protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
    {
        renderer.Write("<p><strong>");
        renderer.WriteLeafInline(obj);
        renderer.WriteLine("</strong></p>");
    }
}
