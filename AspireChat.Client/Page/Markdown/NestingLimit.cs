using Markdig.Parsers;
using Markdig.Syntax;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Bounds how deep lists and quotes nest. What would open a deeper one stays as it was typed. Markdig's own limit is only
/// checked after a line of a thousand quote marks has cost a second.
/// </summary>
internal static class NestingLimit
{
    /// <summary>The deepest nesting, where a list counts twice, for itself and its item.</summary>
    public const int Deepest = 8;

    private static bool IsReached(BlockProcessor processor)
    {
        var depth = 0;
        for (Block? block = processor.CurrentContainer; block is not null; block = block.Parent)
        {
            depth++;
        }

        return depth > Deepest;
    }

    /// <summary>Reads lists.</summary>
    public sealed class Lists : ListBlockParser
    {
        /// <inheritdoc/>
        public override BlockState TryOpen(BlockProcessor processor) => IsReached(processor) ? BlockState.None : base.TryOpen(processor);
    }

    /// <summary>Reads quotes.</summary>
    public sealed class Quotes : QuoteBlockParser
    {
        /// <inheritdoc/>
        public override BlockState TryOpen(BlockProcessor processor) => IsReached(processor) ? BlockState.None : base.TryOpen(processor);
    }
}
