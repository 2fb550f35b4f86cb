using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>A command that can be typed after a slash, chosen from a menu, or found in a palette.</summary>
/// <param name="Word">The word after the slash.</param>
/// <param name="Arguments">What follows: words, in brackets if they may be left out. <c>text</c> and <c>words</c> take the rest of the line.</param>
/// <param name="Help">What it does, as a short sentence.</param>
/// <param name="Shortcut">Keys that do the same; null if there are none.</param>
/// <param name="Run">
/// Does it, in the conversation where it was typed, with as many arguments as were typed; false if it was refused.
/// </param>
internal sealed record WindowCommand(string Word, string Arguments, string Help, string? Shortcut, Func<ChatWindow, Conversation?, string[], Task<bool>> Run)
{
    private static readonly string[] Texts = ["text", "words"];

    /// <summary>The arguments by name.</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Trim('[', ']'))];

    /// <summary>How many arguments it needs.</summary>
    public int Required { get; } = Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(argument => argument[0] != '[');

    /// <summary>Whether its only argument is the rest of the line.</summary>
    public bool TakesText => Names is [var only] && Texts.Contains(only);

    /// <summary>How it is typed.</summary>
    public string Usage => Arguments.Length == 0 ? $"/{Word}" : $"/{Word} {Arguments}";
}

/// <summary>Keys and what they do.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Help">What they do, in a few words.</param>
internal sealed record Shortcut(string Keys, string Help);
