using System.Text.Encodings.Web;
using System.Text.Json;

namespace AspireChat.Bench.Report;

/// <summary>Everything that was measured, for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="machine">Where it was measured.</param>
    /// <param name="isQuick">Whether it was a quick run, whose figures are coarse.</param>
    /// <param name="results">The rows.</param>
    /// <param name="failures">The workloads that failed, and why.</param>
    /// <param name="seconds">How long each workload took with everything, for whom it takes too long.</param>
    public static Task WriteAsync(
        string file,
        Machine machine,
        bool isQuick,
        IReadOnlyList<Result> results,
        IReadOnlyDictionary<string, string> failures,
        IReadOnlyDictionary<string, double> seconds) =>
        File.WriteAllTextAsync(file, JsonSerializer.Serialize(
            new
            {
                machine,
                isQuick,
                rows = results.Select(result => new
                {
                    result.Workload,
                    result.Row.What,
                    result.Row.Unit,
                    goal = result.Row.Goal.ToString(),
                    raw = result.Raw,
                    product = result.Product,
                    ratio = result.Ratios is [] ? (double?)null : Result.Median(result.Ratios),
                    ratios = result.Ratios,
                }),
                failures,
                seconds,
            },
            Readable));
}
