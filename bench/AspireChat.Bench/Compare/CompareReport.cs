using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AspireChat.Bench.Compare;

/// <summary>The files of a comparison.</summary>
internal static class CompareReport
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the pictures and the table that can be pasted into a document.</summary>
    public static async Task WriteAsync(string folder, IReadOnlyList<KindFigures> rows)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, "compare.md"), Markdown(rows));
        await WriteAsync("deliveries", CompareChart.Draw(
            "Deliveries per second, texts all at once", rows, new CompareChart.Panel("deliveries/s", row => row.DeliveriesPerSecond)));
        await WriteAsync("latency", CompareChart.Draw(
            "From the sender's call until a member has stored it, at a pace",
            rows,
            new CompareChart.Panel("half of the deliveries, ms", row => row.P50),
            new CompareChart.Panel("99 % of the deliveries, ms", row => row.P99)));
        await WriteAsync("recovery", CompareChart.Draw(
            "From the kill until the first later text has reached all members",
            rows,
            new CompareChart.Panel("RabbitMQ killed, started again after 2 s: seconds", row => row.RabbitMqKilled?.Seconds),
            new CompareChart.Panel("Redis killed, started again after 2 s: seconds", row => row.RedisKilled?.Seconds)));

        Task WriteAsync(string name, string svg) => File.WriteAllTextAsync(Path.Combine(folder, $"compare-{name}.svg"), svg);
    }

    /// <summary>Writes a part of <c>compare.json</c>; what other runs have put there stays.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="part">The name of the part.</param>
    /// <param name="content">What is in it.</param>
    public static async Task WriteJsonAsync(string folder, string part, object content)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "compare.json");
        var json = Read(File.Exists(file) ? await File.ReadAllTextAsync(file) : "");
        json[part] = JsonSerializer.SerializeToNode(content, Readable);
        await File.WriteAllTextAsync(file, json.ToJsonString(Readable));
    }

    private static IEnumerable<string> Markdown(IReadOnlyList<KindFigures> rows) =>
    [
        Line(CompareColumn.Report.Select(column => column.Header)),
        Line(CompareColumn.Report.Select(column => column.Width < 0 ? "---" : "---:")),
        .. rows.Select(row => Line(CompareColumn.Report.Select(column => column.Text(row)))),
    ];

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static JsonObject Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return []; // There is none, or something else has that name.
        }
    }
}
