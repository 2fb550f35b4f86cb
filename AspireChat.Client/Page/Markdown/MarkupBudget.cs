using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax.Inlines;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Bounds the time that one paragraph takes: Markdig's is quadratic in the number of places where emphasis or a link may
/// begin. Those beyond the budget stay as they were typed.
/// </summary>
internal sealed class MarkupBudget : InlineParser
{
    /// <summary>The most such places in a paragraph, more than people write.</summary>
    public const int PerParagraph = 128;

    private static readonly string[] Links = ["http", "www.", "mailto:"];

    /// <summary>Creates the parser.</summary>
    public MarkupBudget() => OpeningCharacters = ['*', '_', '~', '[', '!', 'h', 'w', 'm'];

    /// <inheritdoc/>
    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (!MayBegin(slice))
        {
            return false;
        }

        // Markdig clears the states before each paragraph.
        var spent = processor.ParserStates[Index] as int? ?? 0;
        if (spent < PerParagraph)
        {
            processor.ParserStates[Index] = spent + 1;
            return false;
        }

        // One node for neighbours, as each one has its price.
        if (processor.Inline is LiteralInline literal && literal.Content.Text == slice.Text && literal.Content.End == slice.Start - 1)
        {
            literal.Content.End = slice.Start;
        }
        else
        {
            processor.Inline = new LiteralInline { Content = new StringSlice(slice.Text, slice.Start, slice.Start) };
        }

        slice.SkipChar();
        return true;
    }

    private static bool MayBegin(StringSlice slice) => slice.CurrentChar switch
    {
        '!' => slice.PeekChar() == '[',
        'h' or 'w' or 'm' => Links.Any(link => slice.AsSpan().StartsWith(link, StringComparison.OrdinalIgnoreCase)),
        _ => true,
    };
}
