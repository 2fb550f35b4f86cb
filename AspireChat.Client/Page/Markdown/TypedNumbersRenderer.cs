using System.Globalization;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Writes lists. A page counts an ordered list from one, so a list that its writer numbered otherwise shows the typed
/// numbers: "3. is right" must not become "1. is right".
/// </summary>
internal sealed class TypedNumbersRenderer : HtmlObjectRenderer<ListBlock>
{
    /// <inheritdoc/>
    protected override void Write(HtmlRenderer renderer, ListBlock obj)
    {
        var items = obj.Cast<ListItemBlock>().ToArray();
        var counted = obj.IsOrdered && items.Select(item => item.Order).SequenceEqual(Enumerable.Range(1, items.Length));
        renderer.EnsureLine();
        renderer.Write(counted ? "<ol>" : "<ul>");
        foreach (var item in items)
        {
            var outer = renderer.ImplicitParagraph;
            renderer.ImplicitParagraph = !obj.IsLoose;
            renderer.Write("<li>");
            if (obj.IsOrdered && !counted)
            {
                renderer.Write(string.Create(CultureInfo.InvariantCulture, $"{item.Order}{obj.OrderedDelimiter} "));
            }

            renderer.WriteChildren(item);
            renderer.Write("</li>");
            renderer.ImplicitParagraph = outer;
        }

        renderer.WriteLine(counted ? "</ol>" : "</ul>");
    }
}
