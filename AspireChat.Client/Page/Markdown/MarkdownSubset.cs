using System.Diagnostics.CodeAnalysis;
using System.Net;
using Markdig;
using Markdig.Extensions.AutoLinks;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// The part of Markdown that messages have: emphasis, deletions, code, links, lists and quotes. Everything else stays as it
/// was typed: HTML, entities, lines of dashes. A heading becomes a bold paragraph, a picture a link.
/// </summary>
/// <remarks>
/// Markdig lets links with any scheme through, <c>javascript:</c> among them, and decodes entities in their targets:
/// its output is not safe without <see cref="AllowedHtml"/>.
/// </remarks>
internal static class MarkdownSubset
{
    // Of emphasis, in brackets too. NestingLimit bounds lists and quotes.
    private const int MaxDepth = 64;

    private static readonly MarkdownPipeline Pipeline = Build();

    /// <summary>Translates a text; false if it is nested too deeply.</summary>
    public static bool TryToHtml(string text, [NotNullWhen(true)] out string? html)
    {
        try
        {
            html = Markdig.Markdown.ToHtml(text, Pipeline);
            return true;
        }
        catch (ArgumentException)
        {
            // Markdig has no other way to say that the limit of nesting is exceeded.
            html = null;
            return false;
        }
    }

    /// <summary>Translates a text as if it had no Markdown.</summary>
    public static string Plain(string text) =>
        $"<p>{WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal)}</p>";

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth }
            .DisableHtml()
            .UseAutoLinks(new AutoLinkOptions { UseHttpsForWWWLinks = true })
            .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
            .UseSoftlineBreakAsHardlineBreak();
        builder.Extensions.Add(new Changes());
        return builder.Build();
    }

    // An extension, since only the last one sees the parsers of all.
    private sealed class Changes : IMarkdownExtension
    {
        public void Setup(MarkdownPipelineBuilder pipeline)
        {
            pipeline.BlockParsers.Replace<ListBlockParser>(new NestingLimit.Lists());
            pipeline.BlockParsers.Replace<QuoteBlockParser>(new NestingLimit.Quotes());
            pipeline.BlockParsers.Replace<ParagraphBlockParser>(new TypedParagraphParser());
            pipeline.InlineParsers.TryRemove<HtmlEntityParser>();
            pipeline.InlineParsers.Insert(0, new MarkupBudget());
        }

        public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
        {
            renderer.ObjectRenderers.Replace<HeadingRenderer>(new BoldHeadingRenderer());
            renderer.ObjectRenderers.Replace<ListRenderer>(new TypedNumbersRenderer());
            renderer.ObjectRenderers.Replace<LinkInlineRenderer>(new PictureAsLinkRenderer());
            renderer.ObjectRenderers.Replace<ThematicBreakRenderer>(new TypedBreakRenderer());
        }
    }
}
