using System.CommandLine;
using System.Text.Json;

namespace AspireChat.Bench.Report;

/// <summary>A table of two commits that were measured in turn: what <c>bench/compare.sh</c> prints in the end.</summary>
internal static class BeforeAndNow
{
    private static readonly Argument<DirectoryInfo> BeforeArgument = new("before") { Description = "The folder with the reports of the earlier commit, one per round." };

    private static readonly Argument<DirectoryInfo> NowArgument = new("now") { Description = "The folder with those of the work tree." };

    /// <summary>The command that prints it.</summary>
    public static Command Command { get; } = MakeCommand();

    private static Command MakeCommand()
    {
        var command = new Command("table", "Prints a table of the reports of two commits.") { BeforeArgument.AcceptExistingOnly(), NowArgument.AcceptExistingOnly() };
        command.SetAction((parsed, _) => PrintAsync(parsed.GetRequiredValue(BeforeArgument), parsed.GetRequiredValue(NowArgument)));
        return command;
    }

    private static async Task<int> PrintAsync(DirectoryInfo before, DirectoryInfo now)
    {
        var (earlier, later) = (await ReadAsync(before), await ReadAsync(now));
        Console.WriteLine("| row | raw, beside before · now | before (× raw) | now (× raw, least … most) | goal | pairs |\n|---|---|---|---|---|---|");
        foreach (var row in later)
        {
            var old = earlier.Find(one => (one.Workload, one.What) == (row.Workload, row.What));
            var ratios = row.Ratios;
            Console.WriteLine(
                $"| {row.Workload} · {row.What} | {Median(old?.Raw)} · {Median(row.Raw)} {row.Unit} | {Median(old?.Product)} ({Median(old?.Ratios)}) "
                + $"| {Median(row.Product)} (**{Median(ratios)}**, {Table.Figure(ratios[0])} … {Table.Figure(ratios[^1])}) | {row.Goal} | {old?.Raw.Count ?? 0} · {row.Raw.Count} |");
        }

        return 0;
    }

    // The figures of all rounds together, in the order of the reports' first.
    private static async Task<List<Figures>> ReadAsync(DirectoryInfo folder)
    {
        var rows = new List<Figures>();
        foreach (var file in folder.EnumerateFiles("results.json", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            await using var json = file.OpenRead();
            rows.AddRange((await JsonSerializer.DeserializeAsync<Report>(json, JsonSerializerOptions.Web))!.Rows);
        }

        return [.. rows.GroupBy(row => (row.Workload, row.What)).Select(same => same.First() with
        {
            Raw = [.. same.SelectMany(row => row.Raw)],
            Product = [.. same.SelectMany(row => row.Product)],
        })];
    }

    private static string Median(IReadOnlyList<double>? figures) => figures is null or [] ? "-" : Table.Figure(Result.Median(figures));

    private sealed record Report(IReadOnlyList<Figures> Rows);

    private sealed record Figures(string Workload, string What, string Unit, string Goal, IReadOnlyList<double> Raw, IReadOnlyList<double> Product)
    {
        public List<double> Ratios => [.. Raw.Zip(Product, (raw, product) => product / raw).Order()];
    }
}
