using System.Globalization;
using System.Net;
using System.Text;
using AspireChat.Bench.Report;

namespace AspireChat.Bench.Compare;

/// <summary>
/// A picture of the comparison: a panel per figure, in it for each number of members a bar per kind. Its colours follow the reader's
/// light or dark page.
/// </summary>
internal static class CompareChart
{
    private const int Width = 760;
    private const int Left = 210;
    private const int Scale = 430;
    private const int Top = 40;
    private const int BarHeight = 18;
    private const int Gap = 12;

    private const string Style = """
        <style>
          text { font: 13px system-ui, sans-serif; fill: #1f2328 }
          .title { font-size: 16px; font-weight: 600 }
          .small { font-size: 11px; fill: #59636e }
          .k0 { fill: #0969da } .k1 { fill: #8c959f } .k2 { fill: #1a7f37 } .k3 { fill: #cf222e } .k4 { fill: #bf8700 } .k5 { fill: #8250df }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc } .small { fill: #9198a1 }
            .k0 { fill: #4493f8 } .k1 { fill: #656c76 } .k2 { fill: #3fb950 } .k3 { fill: #f85149 } .k4 { fill: #d29922 } .k5 { fill: #ab7df8 }
          }
        </style>
        """;

    private const int Colours = 6;

    /// <summary>A panel of a picture.</summary>
    /// <param name="Title">What it shows, with the unit.</param>
    /// <param name="Figure">The figure of a kind; null: there is none.</param>
    internal sealed record Panel(string Title, Func<KindFigures, double?> Figure);

    /// <summary>Draws a picture.</summary>
    public static string Draw(string title, IReadOnlyList<KindFigures> rows, params Panel[] panels)
    {
        var body = new StringBuilder();
        var y = Top;
        foreach (var panel in panels)
        {
            y = DrawPanel(body, panel, rows, y);
        }

        var svg = new StringBuilder();
        Append(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y}" role="img" aria-label="{Escape(title)}">""");
        svg.AppendLine(Style);
        Append(svg, $"""<text class="title" x="12" y="26">{Escape(title)}</text>""");
        svg.Append(body);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static int DrawPanel(StringBuilder svg, Panel panel, IReadOnlyList<KindFigures> rows, int top)
    {
        Append(svg, $"""<text x="12" y="{top + 16}">{Escape(panel.Title)}</text>""");
        var y = top + 28;
        var kinds = rows.Select(row => row.Kind).Distinct().ToList();
        var most = rows.Select(row => panel.Figure(row) ?? 0).Append(double.Epsilon).Max();
        foreach (var group in rows.GroupBy(row => row.Members))
        {
            Append(svg, $"""<text class="small" x="12" y="{y + 13}">{group.Key:N0} members</text>""");
            foreach (var row in group)
            {
                var figure = panel.Figure(row);
                var length = Math.Max((figure ?? 0) / most * Scale, 1);
                Append(svg, $"""<text class="small" x="{Left - 8}" y="{y + 13}" text-anchor="end">{Escape(row.Kind)}</text>""");
                Append(svg, $"""<rect class="k{kinds.IndexOf(row.Kind) % Colours}" x="{Left}" y="{y + 2}" width="{length:0.0}" height="{BarHeight - 4}" rx="2"/>""");
                Append(svg, $"""<text class="small" x="{Left + length + 6:0.0}" y="{y + 13}">{(figure is { } known ? Table.Figure(known) : "–")}</text>""");
                y += BarHeight;
            }

            y += Gap;
        }

        return y;
    }

    private static void Append(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
