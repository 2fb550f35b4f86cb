using System.CommandLine;
using System.Globalization;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>What the user asked to compare.</summary>
/// <param name="Members">The numbers of members.</param>
/// <param name="Quick">Few members and short phases.</param>
/// <param name="Fsync">When Redis flushes its append-only file.</param>
/// <param name="RedisLoss">Only what Redis loses when it is killed.</param>
/// <param name="Out">The folder for the files.</param>
internal sealed record CompareOptions(IReadOnlyList<int> Members, bool Quick, string Fsync, bool RedisLoss, string Out)
{
    private const int MostMembers = 1_000;

    private static readonly int[] Usual = [3, 30, 100, 300];
    private static readonly int[] Few = [3, 30];

    private static readonly Option<string?> MembersOption = new("--members")
    {
        Description = "Numbers of members, with commas between them (default: 3,30,100,300).",
    };

    private static readonly Option<bool> QuickOption = new("--quick")
    {
        Description = "3 and 30 members and short phases: under two minutes.",
    };

    private static readonly Option<string?> FsyncOption = new("--fsync")
    {
        Description = "When Redis flushes its append-only file: everysec (default) or always.",
    };

    private static readonly Option<bool> RedisLossOption = new("--redis-loss")
    {
        Description = "Only what Redis loses when it is killed, by its settings.",
    };

    private static readonly Option<string?> OutOption = new("--out")
    {
        Description = "The folder for compare.json, compare.md and the charts (default: bench/results).",
    };

    /// <summary>Makes the command.</summary>
    /// <param name="run">Runs it.</param>
    public static Command Command(Func<CompareOptions, Task<int>> run)
    {
        var command = new Command("compare", "Compares all kinds of group, with the servers killed in the middle.")
        {
            Options = { MembersOption, QuickOption, FsyncOption, RedisLossOption, OutOption },
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(MembersOption) is { } text && ParseMembers(text) is null)
            {
                result.AddError($"--members is {text}; it must be numbers from 1 to {MostMembers:N0} with commas between them.");
            }

            if (result.GetValue(FsyncOption) is { } fsync && !LocalRedis.Fsyncs.Contains(fsync))
            {
                result.AddError($"--fsync is {fsync}; it must be {string.Join(" or ", LocalRedis.Fsyncs)}.");
            }
        });
        command.SetAction((parsed, _) => run(From(parsed)));
        return command;
    }

    private static CompareOptions From(ParseResult parsed) => new(
        parsed.GetValue(MembersOption) is { } text ? ParseMembers(text)! : parsed.GetValue(QuickOption) ? Few : Usual,
        parsed.GetValue(QuickOption),
        parsed.GetValue(FsyncOption) ?? LocalRedis.EverySecond,
        parsed.GetValue(RedisLossOption),
        parsed.GetValue(OutOption) ?? Path.Combine(Report.Machine.Repository, "bench", "results"));

    private static List<int>? ParseMembers(string text)
    {
        var numbers = text.Split(',')
            .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Distinct()
            .ToList();
        return numbers.TrueForAll(number => number is >= 1 and <= MostMembers) ? numbers : null;
    }
}
