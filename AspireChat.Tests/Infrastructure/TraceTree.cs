using System.Text;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Draws traces as a dashboard shows them: a tree of spans, each a line with its service and its name.</summary>
public static class TraceTree
{
    /// <summary>Draws each trace, siblings in alphabetical order. A span whose parent is missing has a question mark before it.</summary>
    /// <returns>The trees by the ids of the traces.</returns>
    public static IReadOnlyDictionary<string, string> Draw(IEnumerable<ReceivedSpan> spans) =>
        spans.GroupBy(span => span.TraceId).ToDictionary(trace => trace.Key, trace => Draw([.. trace]));

    private static string Draw(IReadOnlyList<ReceivedSpan> trace)
    {
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        var tops = trace.Where(span => !ids.Contains(span.ParentId)).Select(span => Draw(span, trace, depth: 0));
        return string.Join('\n', tops.Order(StringComparer.Ordinal));
    }

    private static string Draw(ReceivedSpan span, IReadOnlyList<ReceivedSpan> trace, int depth)
    {
        var isLost = depth == 0 && span.ParentId.Length > 0;
        var line = new StringBuilder().Append(' ', 2 * depth).Append(isLost ? "? " : "").Append(span.Service).Append(": ").Append(span.Name);
        var below = trace.Where(other => other.ParentId == span.SpanId).Select(other => Draw(other, trace, depth + 1));
        return string.Join('\n', [line.ToString(), .. below.Order(StringComparer.Ordinal)]);
    }
}
