using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace AspireChat.Client.Page.Markdown;

/// <summary>Writes a line of dashes, stars or underscores as it was typed: a message must not look like two.</summary>
internal sealed class TypedBreakRenderer : HtmlObjectRenderer<ThematicBreakBlock>
{
    /// <inheritdoc/>
    protected override void Write(HtmlRenderer renderer, ThematicBreakBlock obj)
    {
        renderer.EnsureLine();
        renderer.Write("<p>");
        renderer.WriteEscape(obj.Content);
        renderer.WriteLine("</p>");
    }
}
