using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>The commands and shortcuts of a window: the one table behind typing, help, completion, palette and menus.</summary>
internal static class WindowCommands
{
    /// <summary>The word that asks for what was sent before one joins.</summary>
    internal const string Beginning = "beginning";

    private const string HelpKey = "?";

    /// <summary>The commands, in the order in which help lists them.</summary>
    public static IReadOnlyList<WindowCommand> All { get; } =
    [
        new("chat", "name", "Shows the private chat with a user.", null, (window, _, words) => window.WriteToAsync(words[0])),
        new("group", "name [mode] [beginning]", "Joins a group and shows it.", null, JoinAsync),
        new("discover", "", "Asks who is there, and which groups there are.", null, (window, _, _) => Ask(window, WindowQuestion.Discovery)),
        new("insult", "[text]", "Sends an insult to whom it may concern.", null, (window, _, words) => window.InsultAsync(words.FirstOrDefault())),
        new("leave", "", "Leaves the room of the group.", null, (window, here, _) => window.LeaveAsync(here)),
        new("unsubscribe", "", "Unsubscribes from the group.", null, (window, here, _) => window.UnsubscribeAsync(here)),
        new("accept", "name", "Accepts a chat.", null, (window, _, words) => window.AcceptAsync(words[0])),
        new("decline", "name", "Declines a chat.", null, (window, _, words) => window.DeclineAsync(words[0])),
        new("trust", "name fingerprint", "Accepts another key for a user.", null, (window, _, words) => window.TrustAsync(words[0], words[1])),
        new("block", "name", "Hides what a user writes.", null, (window, _, words) => window.BlockAsync(words[0])),
        new("unblock", "name", "Shows again what a user writes.", null, (window, _, words) => window.UnblockAsync(words[0])),
        new("me", "", "Shows your name, address and fingerprint.", null, (window, _, _) => window.SayMeAsync()),
        new("search", "[words]", "Searches all conversations.", null, (window, _, words) => Ask(window, WindowQuestion.Search, words.FirstOrDefault() ?? "")),
        new("help", "", "Shows the commands.", HelpKey, (window, _, _) => Ask(window, WindowQuestion.Help)),
        new("exit", "", "Ends the client.", null, (window, _, _) => Ask(window, WindowQuestion.Exit)),
    ];

    /// <summary>The keys, in the order in which help lists them.</summary>
    public static IReadOnlyList<Shortcut> Shortcuts { get; } =
    [
        new("Ctrl+K", "switch to another conversation"),
        new("Alt+Shift+↓", "next unread conversation"),
        new("Esc", "close what is open, or mark as read"),
        new(HelpKey, "help"),
        new("Enter", "send"),
        new("Shift+Enter", "new line"),
        new("Tab", "complete a command or a name"),
    ];

    /// <summary>Finds a command by its word; null if there is none.</summary>
    public static WindowCommand? Find(string word) => All.FirstOrDefault(command => command.Word == word);

    private static Task<bool> JoinAsync(ChatWindow window, Conversation? here, string[] words) => words switch
    {
        [var group, Beginning] => window.JoinAsync(group, mode: null, isFromBeginning: true),
        [var group, var word] when GroupMode.Find(word) is { } mode => window.JoinAsync(group, mode),
        [var group, var word, Beginning] when GroupMode.Find(word) is { } mode => window.JoinAsync(group, mode, isFromBeginning: true),
        [_] => window.JoinAsync(words[0], mode: null),
        _ => window.RefuseAsync(
            $"A mode is one of: {string.Join(", ", GroupMode.All)}. After it, {Beginning} asks for what was sent before you joined."),
    };

    private static Task<bool> Ask(ChatWindow window, WindowQuestion question, string words = "")
    {
        window.Ask(question, words);
        return Task.FromResult(true);
    }
}
