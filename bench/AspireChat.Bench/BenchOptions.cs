using System.CommandLine;

namespace AspireChat.Bench;

/// <summary>What the user asked for.</summary>
/// <param name="Quick">Fewer pairs, smaller sizes, no large crowds.</param>
/// <param name="Only">The names of the workloads; empty: all, or with <see cref="Quick"/> the small ones.</param>
/// <param name="Pairs">How often raw and product are measured in turn; null: as each workload says.</param>
/// <param name="Out">The folder for the JSON and the charts.</param>
internal sealed record BenchOptions(bool Quick, IReadOnlyList<string> Only, int? Pairs, string Out)
{
    private static readonly Option<bool> QuickOption = new("--quick") { Description = "Fewer pairs and smaller sizes: everything in under two minutes." };

    private static readonly Option<string[]> OnlyOption = new("--only")
    {
        Description = "Only these workloads, with commas between them, for example --only private-latency,survey-100.",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))],
    };

    private static readonly Option<int?> PairsOption = new("--pairs") { Description = "How often raw and product are measured in turn." };

    private static readonly Option<string> OutOption = new("--out") { Description = "The folder for results.json and the charts (default: bench/results)." };

    private static readonly RootCommand Command = new("Measures AspireChat beside the raw limit of this machine, in the same run.")
    {
        Options = { QuickOption, OnlyOption, PairsOption, OutOption },
    };

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="known">The names of all workloads.</param>
    /// <param name="exitCode">With null: the exit code, after the reason or the help was printed.</param>
    /// <returns>The options; null if the program must end.</returns>
    public static BenchOptions? Read(string[] args, IReadOnlyList<string> known, out int exitCode)
    {
        exitCode = 0;
        var parsed = Command.Parse(args);
        if (parsed.Errors is [] && parsed.Action is not null)
        {
            parsed.Invoke(); // Help or version.
            Console.WriteLine($"Workloads: {string.Join(' ', known)}");
            return null;
        }

        var options = parsed.Errors is [] ? new BenchOptions(
            parsed.GetValue(QuickOption),
            parsed.GetValue(OnlyOption) ?? [],
            parsed.GetValue(PairsOption),
            parsed.GetValue(OutOption) ?? Path.Combine(Report.Machine.Repository, "bench", "results")) : null;
        if ((parsed.Errors is [var error, ..] ? error.Message : options!.FindMistake(known)) is { } sentence)
        {
            Console.Error.WriteLine(sentence);
            exitCode = 2;
            return null;
        }

        return options;
    }

    private string? FindMistake(IReadOnlyList<string> known) =>
        Pairs is < 1 or > 100 ? $"--pairs is {Pairs}; it must be from 1 to 100."
        : Only.FirstOrDefault(name => !known.Contains(name)) is { } unknown ? $"There is no workload {unknown}; there are: {string.Join(", ", known)}."
        : null;
}
