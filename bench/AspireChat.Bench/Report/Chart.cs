using System.Globalization;
using System.Net;
using System.Text;

namespace AspireChat.Bench.Report;

/// <summary>
/// A workload as a picture: for each row a bar of the raw median and one of the product's, with a line from the least to the
/// most. Its colours follow the reader's light or dark page.
/// </summary>
internal static class Chart
{
    private const int Width = 760;
    private const int Left = 248;
    private const int Scale = 370;
    private const int RowHeight = 52;
    private const int Top = 44;

    private const string Style = """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #1f2328 }
          .title { font-size: 16px; font-weight: 600 }
          .small { font-size: 11px; fill: #59636e }
          .raw { fill: #8c959f } .product { fill: #0969da } .range { stroke: #1f2328; stroke-width: 1.5 }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc } .small { fill: #9198a1 }
            .raw { fill: #656c76 } .product { fill: #4493f8 } .range { stroke: #f0f6fc }
          }
        </style>
        """;

    /// <summary>Draws a workload.</summary>
    public static string Draw(string workload, IReadOnlyList<Result> rows) => Draw(workload, rows.Count, rows[0].Raw.Count, svg =>
    {
        for (var i = 0; i < rows.Count; i++)
        {
            DrawRow(svg, rows[i].Row.What, rows[i], Most([rows[i]]), Top + (i * RowHeight));
        }
    });

    /// <summary>Draws a workload that was measured in several sizes: each row has one scale across all sizes.</summary>
    /// <param name="family">Its name without a size.</param>
    /// <param name="sizes">All rows with their sizes, the smallest first.</param>
    public static string DrawGrowth(string family, IReadOnlyList<(int Size, Result Result)> sizes) =>
        Draw($"{family}, by size", sizes.Count, sizes[0].Result.Raw.Count, svg =>
        {
            var top = Top;
            foreach (var row in sizes.GroupBy(pair => pair.Result.Row.What))
            {
                var most = Most(row.Select(pair => pair.Result));
                foreach (var (size, result) in row)
                {
                    DrawRow(svg, $"{size:N0}: {result.Row.What}", result, most, top);
                    top += RowHeight;
                }
            }
        });

    private static string Draw(string title, int rows, int pairs, Action<StringBuilder> drawRows)
    {
        var height = Top + (rows * RowHeight) + 30;
        var svg = new StringBuilder();
        Append(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" role="img" aria-label="{Escape(title)}">""");
        svg.AppendLine(Style);
        Append(svg, $"""<text class="title" x="12" y="26">{Escape(title)}</text>""");
        drawRows(svg);
        Append(svg, $"""<text class="small" x="12" y="{height - 10}">upper bar: raw, lower bar: product; medians, lines from the least to the most of {pairs}</text>""");
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static double Most(IEnumerable<Result> results) =>
        results.SelectMany(result => result.Raw.Concat(result.Product)).Append(double.Epsilon).Max();

    private static void DrawRow(StringBuilder svg, string label, Result result, double most, int top)
    {
        Append(svg, $"""<text x="12" y="{top + 17}">{Escape(label)}</text>""");
        Append(svg, $"""<text class="small" x="12" y="{top + 33}">{Escape(result.Row.Unit)}, ratio {Table.Figure(Result.Median(result.Ratios))}, goal {Escape(result.Row.Goal.ToString())}</text>""");
        DrawBar(svg, "raw", result.Raw, most, top + 4);
        DrawBar(svg, "product", result.Product, most, top + 22);
    }

    private static void DrawBar(StringBuilder svg, string kind, IReadOnlyList<double> figures, double most, int top)
    {
        var median = Result.Median(figures);
        var length = Math.Max(median / most * Scale, 1);
        var (from, to) = (Left + (figures.Min() / most * Scale), Left + (figures.Max() / most * Scale));
        Append(svg, $"""<rect class="{kind}" x="{Left}" y="{top}" width="{length:0.0}" height="14" rx="2"/>""");
        Append(svg, $"""<line class="range" x1="{from:0.0}" x2="{to:0.0}" y1="{top + 7}" y2="{top + 7}"/>""");
        Append(svg, $"""<text class="small" x="{Math.Max(Left + length, to) + 6:0.0}" y="{top + 11}">{kind} {Table.Figure(median)}</text>""");
    }

    private static void Append(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
