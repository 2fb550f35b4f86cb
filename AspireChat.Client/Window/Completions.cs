namespace AspireChat.Client.Window;

/// <summary>The names that can complete a line.</summary>
/// <param name="Online">Who is online.</param>
/// <param name="Partners">With whom there is a private chat.</param>
/// <param name="Asking">Who asks for a chat.</param>
/// <param name="Blocked">Who is blocked.</param>
/// <param name="Groups">The groups of this user.</param>
internal sealed record CompletionWords(
    IReadOnlyCollection<string> Online,
    IReadOnlyCollection<string> Partners,
    IReadOnlyCollection<string> Asking,
    IReadOnlyCollection<string> Blocked,
    IReadOnlyCollection<string> Groups);

/// <summary>Proposals for the word at the caret: commands after a slash, their arguments, and names after an @.</summary>
internal static class Completions
{
    /// <summary>The most proposals.</summary>
    public const int Most = 20;

    /// <summary>The proposals in alphabetical order, commands in their own.</summary>
    /// <param name="line">The line.</param>
    /// <param name="caret">The caret's place in it; one outside counts as the nearest end.</param>
    /// <param name="words">The names.</param>
    public static IReadOnlyList<Completion> Of(string line, int caret, CompletionWords words)
    {
        var before = line[..Math.Clamp(caret, 0, line.Length)];
        var start = WordStart(before);
        var word = before[start..];
        if (word.StartsWith('@'))
        {
            return Matching(People(words), word[1..], prefix: "@");
        }

        if (!before.StartsWith('/') || before.StartsWith("//", StringComparison.Ordinal))
        {
            return [];
        }

        var earlier = before[..start].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return earlier is [var first, .. var arguments]
            ? WindowCommands.Find(first[1..]) is { } command && arguments.Length < command.Names.Count
                ? Matching(Candidates(command, command.Names[arguments.Length], words), word, prefix: "")
                : []
            : [.. WindowCommands.All
                .Where(command => $"/{command.Word}".StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(command => new Completion($"/{command.Word}", command.Help))];
    }

    /// <summary>The line with a proposal in the place of the word up to the caret, and the caret after it.</summary>
    public static (string Line, int Caret) Accept(string line, int caret, Completion proposal)
    {
        var at = Math.Clamp(caret, 0, line.Length);
        var begun = $"{line[..WordStart(line[..at])]}{proposal.Text} ";
        return (begun + line[at..].TrimStart(' '), begun.Length);
    }

    private static int WordStart(string before) => before.AsSpan().LastIndexOfAny(' ', '\n', '\t') + 1;

    private static IEnumerable<Completion> Candidates(WindowCommand command, string argument, CompletionWords words) => (command.Word, argument) switch
    {
        ("group", "name") => words.Groups.Select(group => new Completion(group, "a group of yours")),
        ("group", WindowCommands.Beginning) => [new Completion(WindowCommands.Beginning, "also what was sent before, if the group has a log")],
        ("group", "mode") => GroupMode.All.Select(mode => new Completion(mode.Word, mode.Promise)),
        ("accept" or "decline", _) => words.Asking.Select(user => new Completion(user, "asks for a chat")),
        ("unblock", _) => words.Blocked.Select(user => new Completion(user, "blocked")),
        (_, "name") => People(words),
        _ => [],
    };

    private static IEnumerable<Completion> People(CompletionWords words) => words.Online.Union(words.Partners)
        .Select(user => new Completion(user, words.Online.Contains(user) ? "online" : "away"));

    private static IReadOnlyList<Completion> Matching(IEnumerable<Completion> candidates, string begun, string prefix) =>
    [
        .. candidates
            .Where(candidate => candidate.Text.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .OrderBy(candidate => candidate.Text, StringComparer.Ordinal)
            .Take(Most)
            .Select(candidate => candidate with { Text = prefix + candidate.Text }),
    ];
}
