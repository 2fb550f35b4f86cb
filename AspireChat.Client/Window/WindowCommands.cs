using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>All commands and shortcuts: the one table behind help, completion and menus.</summary>
internal static class WindowCommands
{
    /// <summary>The commands.</summary>
    public static IReadOnlyList<WindowCommand> All { get; } =
    [
        new("chat", "name", "write to a user", 1, (window, words) =>
        {
            window.Show(Conversation.With(ChatName.Parse(words[0])));
            return Task.CompletedTask;
        }),
        new("group", "name [durable|transient]", "enter a group, or start it", 1, (window, words) =>
            window.JoinAsync(words[0], words.Length > 1 ? ModeOf(words[1]) : null)),
        new("leave", "", "leave the room of this group", 0, (window, _) => window.LeaveAsync()),
        new("unsubscribe", "", "unsubscribe from this group", 0, (window, _) => window.UnsubscribeAsync()),
        new("discover", "", "ask who is there", 0, (window, _) => window.AskAsync(WindowQuestion.Discovery)),
        new("insult", "[text]", "insult somebody, nobody knows whom", 0, (window, words) =>
            window.InsultAsync(words.Length > 0 ? string.Join(' ', words) : null)),
        new("accept", "name", "accept a request to chat", 1, (window, words) => window.AcceptAsync(words[0])),
        new("decline", "name", "decline a request to chat", 1, (window, words) => window.DeclineAsync(words[0])),
        new("trust", "name fingerprint", "accept another key for a user, after comparing it", 2, (window, words) => window.TrustAsync(words[0], words[1])),
        new("block", "name", "see nothing of a user", 1, (window, words) => window.BlockAsync(words[0], isBlocked: true)),
        new("unblock", "name", "see a user again", 1, (window, words) => window.BlockAsync(words[0], isBlocked: false)),
        new("search", "words", "search the history", 0, (window, words) => window.AskAsync(WindowQuestion.Search, string.Join(' ', words))),
        new("help", "", "show commands and shortcuts", 0, (window, _) => window.AskAsync(WindowQuestion.Help)),
        new("exit", "", "leave the chat", 0, (window, _) => window.AskAsync(WindowQuestion.Exit)),
    ];

    /// <summary>The shortcuts.</summary>
    public static IReadOnlyList<Shortcut> Shortcuts { get; } =
    [
        new("Ctrl+K", "go to a conversation; the next unread one is chosen"),
        new("Alt+Shift+↓", "next unread conversation"),
        new("Esc", "close what is open, or mark the conversation as read"),
        new("Enter", "send"),
        new("Shift+Enter", "new line"),
        new("Tab", "complete a command or a name"),
        new("?", "this help"),
    ];

    /// <summary>Reads a typed line. Only a slash at its very beginning makes a command; two begin a text with one.</summary>
    /// <returns>The command and its arguments, or null and the text to send.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.InvalidArgument"/>: no such command, or arguments are missing.</exception>
    public static (WindowCommand? Command, string[] Arguments, string Text) Parse(string line)
    {
        if (!line.StartsWith('/'))
        {
            return (null, [], line);
        }

        if (line.StartsWith("//", StringComparison.Ordinal))
        {
            return (null, [], line[1..]);
        }

        var words = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var command = All.FirstOrDefault(known => known.Word == words.FirstOrDefault())
            ?? throw new ChatException(
                ChatFault.InvalidArgument, $"There is no command {line.Split(' ')[0]}; /help lists them. Two slashes begin a text with a slash.");
        return words.Length > command.Least
            ? (command, words[1..], "")
            : throw new ChatException(ChatFault.InvalidArgument, $"Something is missing: /{command.Word} {command.Arguments}.");
    }

    /// <summary>What a begun line can become: commands after a slash, names after one that takes a name and after an @.</summary>
    /// <param name="line">The line so far.</param>
    /// <param name="users">The users that are known.</param>
    /// <param name="groups">The groups that are known.</param>
    public static IReadOnlyList<Completion> Complete(string line, IEnumerable<string> users, IEnumerable<string> groups)
    {
        if (line.StartsWith('/') && !line.Contains(' ', StringComparison.Ordinal))
        {
            return [.. All.Where(command => command.Word.StartsWith(line[1..], StringComparison.OrdinalIgnoreCase))
                .Select(command => new Completion($"/{command.Word}{(command.Arguments is "" ? "" : " ")}", command.Help))];
        }

        if (line.StartsWith('/') && All.FirstOrDefault(command => line.StartsWith($"/{command.Word} ", StringComparison.Ordinal)) is { } begun)
        {
            var part = line[(begun.Word.Length + 2)..];
            return begun.Arguments.StartsWith("name", StringComparison.Ordinal)
                ? Names(begun.Word == "group" ? groups : users, part, $"/{begun.Word} ")
                : [];
        }

        var at = line.LastIndexOf('@');
        return at >= 0 && !line[at..].Contains(' ', StringComparison.Ordinal) ? Names(users, line[(at + 1)..], line[..at]) : [];
    }

    private static IReadOnlyList<Completion> Names(IEnumerable<string> names, string part, string before) =>
        [.. names.Where(name => name.StartsWith(part, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
            .Select(name => new Completion($"{before}{name} ", ""))];

    private static GroupMode ModeOf(string word) => GroupMode.Find(word)
        ?? throw new ChatException(ChatFault.InvalidArgument, $"There is no mode '{word}'; use one of: {string.Join(", ", GroupMode.All)}.");
}
