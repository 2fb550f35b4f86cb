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
        foreach (var name in later.Keys.Union(earlier.Keys))
        {
            var (old, row) = (earlier.GetValueOrDefault(name), later.GetValueOrDefault(name));
            var (_, _, unit, goal, _, _) = (row ?? old)!;
            Console.WriteLine(
                $"| {name.Workload} · {name.What} | {Median(old?.Raw)} · {Median(row?.Raw)} {unit} | {Median(old?.Product)} ({Ratio(old)}) "
                + $"| {Median(row?.Product)} ({Ratio(row)}{Range(row)}) | {goal} | {old?.Raw.Count ?? 0} · {row?.Raw.Count ?? 0} |");
        }

        return later.Count == 0 ? 1 : 0;
    }

    // The figures of all rounds together, in the order of the reports' first.
    private static async Task<OrderedDictionary<(string Workload, string What), Figures>> ReadAsync(DirectoryInfo folder)
    {
        var rows = new OrderedDictionary<(string Workload, string What), Figures>();
        foreach (var file in folder.EnumerateFiles("results.json", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            await using var json = file.OpenRead();
            foreach (var row in (await JsonSerializer.DeserializeAsync<Report>(json, JsonSerializerOptions.Web))!.Rows)
            {
                var name = (row.Workload, row.What);
                rows[name] = rows.TryGetValue(name, out var others)
                    ? row with { Raw = [.. others.Raw, .. row.Raw], Product = [.. others.Product, .. row.Product] }
                    : row;
            }
        }

        return rows;
    }

    private static string Median(IReadOnlyList<double>? figures) => figures is null or [] ? "-" : Table.Figure(Result.Median(figures));

    private static string Ratio(Figures? row) => row is { Ratios: not [] } ? Table.Short(Result.Median(row.Ratios)) : "-";

    private static string Range(Figures? row) =>
        row is { Ratios: [var least, .., var most] } ? $", {Table.Short(least)} … {Table.Short(most)}" : "";

    private sealed record Report(IReadOnlyList<Figures> Rows);

    private sealed record Figures(string Workload, string What, string Unit, string Goal, IReadOnlyList<double> Raw, IReadOnlyList<double> Product)
    {
        // A raw figure of 0 gives none, as of a result.
        public List<double> Ratios => [.. Raw.Zip(Product, (raw, product) => product / raw).Where(double.IsFinite).Order()];
    }
}
