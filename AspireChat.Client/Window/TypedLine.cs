namespace AspireChat.Client.Window;

/// <summary>
/// What a typed line means: a command, a text, or nothing that can be done. Only a slash at its very beginning makes a command;
/// two slashes begin a text with one.
/// </summary>
/// <param name="Command">The command; null if it is none.</param>
/// <param name="Arguments">The command's arguments.</param>
/// <param name="Text">The text; empty for a command.</param>
/// <param name="Refusal">Why it is no command, as a sentence; null if it is one, or a text.</param>
internal sealed record TypedLine(WindowCommand? Command, string[] Arguments, string Text, string? Refusal)
{
    private const string TextHint = "Type // to begin a text with a slash.";

    /// <summary>Reads a line.</summary>
    public static TypedLine Parse(string line)
    {
        if (!line.StartsWith('/'))
        {
            return new TypedLine(null, [], line, null);
        }

        if (line.StartsWith("//", StringComparison.Ordinal))
        {
            return new TypedLine(null, [], line[1..], null);
        }

        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var word = words[0][1..];
        if (WindowCommands.Find(word) is not { } command)
        {
            return Refuse($"There is no command {words[0]}; /help shows all. {TextHint}");
        }

        var rest = line[words[0].Length..].Trim();
        var arguments = !command.TakesText ? words[1..] : rest.Length == 0 ? [] : [rest];
        return arguments.Length < command.Required || arguments.Length > command.Names.Count
            ? Refuse($"The command is {command.Usage}. {TextHint}")
            : new TypedLine(command, arguments, "", null);
    }

    private static TypedLine Refuse(string sentence) => new(null, [], "", sentence);
}
