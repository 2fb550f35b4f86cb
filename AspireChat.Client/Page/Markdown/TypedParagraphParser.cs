using Markdig.Parsers;
using Markdig.Syntax;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Keeps every line of a paragraph. Markdig would take lines like <c>[name]: address</c> out, which hides text from those
/// who read the message, and make a heading of a paragraph above a line of dashes.
/// </summary>
internal sealed class TypedParagraphParser : ParagraphBlockParser
{
    /// <summary>Creates the parser.</summary>
    public TypedParagraphParser() => ParseSetextHeadings = false;

    /// <inheritdoc/>
    public override bool Close(BlockProcessor processor, Block block)
    {
        if (block is ParagraphBlock paragraph && paragraph.Lines.Count > 0)
        {
            var lines = paragraph.Lines.Lines;
            for (var i = 0; i < paragraph.Lines.Count; i++)
            {
                lines[i].Slice.TrimStart();
            }

            lines[paragraph.Lines.Count - 1].Slice.TrimEnd();
        }

        return true;
    }
}
