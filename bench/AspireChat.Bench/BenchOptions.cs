using System.CommandLine;
using AspireChat.Bench.Compare;
using AspireChat.Bench.Workloads;

namespace AspireChat.Bench;

/// <summary>What the user asked for.</summary>
/// <param name="Quick">Fewer pairs, smaller sizes, no large crowds.</param>
/// <param name="Only">The names of the workloads; empty: all, or with <see cref="Quick"/> the small ones.</param>
/// <param name="Pairs">How often raw and product are measured in turn; null: as each workload says.</param>
/// <param name="Out">The folder for the JSON and the charts.</param>
internal sealed record BenchOptions(bool Quick, IReadOnlyList<string> Only, int? Pairs, string Out)
{
    private static readonly Option<bool> QuickOption = new("--quick") { Description = "Fewer pairs and smaller sizes: everything in about two minutes." };

    private static readonly Option<string[]> OnlyOption = new("--only")
    {
        Description = "Only these workloads, with commas between them, for example --only private-latency,survey-100.",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };

    private static readonly Option<int?> PairsOption = new("--pairs") { Description = "How often raw and product are measured in turn." };

    private static readonly Option<string> OutOption = new("--out") { Description = "The folder for results.json and the charts (default: bench/results)." };

    /// <summary>Reads the command line and does what it says.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="run">Measures them.</param>
    /// <param name="compare">Compares the kinds of group.</param>
    /// <returns>The exit code; 2 if the command line is wrong.</returns>
    public static async Task<int> InvokeAsync(
        string[] args, Func<BenchOptions, Task<int>> run, Func<CompareOptions, Task<int>> compare)
    {
        var root = new RootCommand("Measures AspireChat beside the raw limit of this machine, in the same run.")
        {
            Options = { QuickOption, OnlyOption, PairsOption, OutOption },
            Subcommands = { CompareOptions.Command(compare), Report.BeforeAndNow.Command },
        };
        root.SetAction((parsed, _) => run(From(parsed)));
        root.Validators.Add(result =>
        {
            if (FindMistake(result.GetValue(PairsOption), result.GetValue(OnlyOption) ?? []) is { } sentence)
            {
                result.AddError(sentence);
            }
        });

        var parsed = root.Parse(args);
        if (parsed.Errors is [var error, ..])
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }

        // A run ends its servers itself before it obeys a signal.
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
        if (parsed.CommandResult.Command == root && parsed.Action != root.Action)
        {
            Console.WriteLine($"Workloads: {WorkloadList.Names}"); // That was the help, or the version.
        }

        return exitCode;
    }

    private static BenchOptions From(ParseResult parsed) => new(
        parsed.GetValue(QuickOption),
        parsed.GetValue(OnlyOption) ?? [],
        parsed.GetValue(PairsOption),
        parsed.GetValue(OutOption) ?? Path.Combine(Report.Machine.Repository, "bench", "results"));

    private static string? FindMistake(int? pairs, string[] only) =>
        pairs is < 1 or > 100 ? $"--pairs is {pairs}; it must be from 1 to 100."
        : Array.Find(only, name => WorkloadList.Find(name) is null) is { } unknown ? $"There is no workload {unknown}; there are: {WorkloadList.Names}."
        : null;
}
