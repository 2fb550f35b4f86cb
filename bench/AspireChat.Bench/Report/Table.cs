using System.Globalization;

namespace AspireChat.Bench.Report;

/// <summary>The rows as lines of text.</summary>
internal static class Table
{
    private const int RowWidth = 52;

    /// <summary>The line above all.</summary>
    public static string Header { get; } =
        $"{"row".PadRight(RowWidth)} {"raw",12} {"product",12}  {"unit",-13} {"ratio",7} {"least … most",-17} goal";

    /// <summary>A row's line.</summary>
    public static string Line(Result result)
    {
        var ratios = result.Ratios;
        var ratio = Result.Median(ratios);
        var name = $"{result.Workload} · {result.Row.What}";
        var range = ratios is [] ? "" : $"{Short(ratios[0])} … {Short(ratios[^1])}";
        var goal = $"{result.Row.Goal}{(ratios is [] || result.Row.Goal.IsMetBy(ratio) ? "" : "  missed")}";
        return $"{name.PadRight(RowWidth)} {Figure(Result.Median(result.Raw)),12} {Figure(Result.Median(result.Product)),12}  "
            + $"{result.Row.Unit,-13} {Short(ratio),7} {range,-17} {goal}";
    }

    /// <summary>A figure with three digits that count, at least.</summary>
    public static string Figure(double figure) =>
        figure.ToString(Math.Abs(figure) switch { >= 100 => "N0", >= 10 => "N1", _ => "N2" }, CultureInfo.InvariantCulture);

    /// <summary>A ratio with two digits that count, at least.</summary>
    public static string Short(double ratio) =>
        ratio.ToString(ratio switch { >= 100 => "N0", >= 10 => "N1", >= 0.1 => "N2", _ => "N3" }, CultureInfo.InvariantCulture);
}
