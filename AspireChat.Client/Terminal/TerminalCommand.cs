namespace AspireChat.Client.Terminal;

/// <summary>The command that a typed line contains.</summary>
internal abstract record TerminalCommand
{
    /// <summary>The commands, as a reminder.</summary>
    public const string Reminder = "/back · /leave (the room) · /give-up (unsubscribe) · /accept name · /decline name · /trust name fingerprint · /me · /help";

    /// <summary>
    /// Reads a line. Only a slash at its very beginning makes it a command; words inside a text never do. Two slashes begin
    /// a text that starts with one.
    /// </summary>
    public static TerminalCommand Parse(string line)
    {
        if (!line.StartsWith('/'))
        {
            return new Say(line);
        }

        if (line.StartsWith("//", StringComparison.Ordinal))
        {
            return new Say(line[1..]);
        }

        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words switch
        {
            ["/back"] => new Back(),
            ["/help"] => new Help(),
            ["/leave"] => new Leave(GivesUp: false),
            ["/give-up"] => new Leave(GivesUp: true),
            ["/me"] => new AboutMe(),
            ["/accept", var user] => new Answer(user, Accepts: true),
            ["/decline", var user] => new Answer(user, Accepts: false),
            ["/trust", var user, var fingerprint] => new Trust(user, fingerprint),
            _ => new Unknown(line),
        };
    }

    /// <summary>A text.</summary>
    public sealed record Say(string Text) : TerminalCommand;

    /// <summary>Leave the conversation.</summary>
    public sealed record Back : TerminalCommand;

    /// <summary>Leave the room of the group on the screen, or unsubscribe from that group.</summary>
    public sealed record Leave(bool GivesUp) : TerminalCommand;

    /// <summary>Show the commands.</summary>
    public sealed record Help : TerminalCommand;

    /// <summary>Show this user's name, address, fingerprint and connections.</summary>
    public sealed record AboutMe : TerminalCommand;

    /// <summary>Accept or decline a chat that another user asked for.</summary>
    public sealed record Answer(string User, bool Accepts) : TerminalCommand;

    /// <summary>Accept another key for a user.</summary>
    public sealed record Trust(string User, string Fingerprint) : TerminalCommand;

    /// <summary>An unknown command, or one with wrong arguments.</summary>
    public sealed record Unknown(string Line) : TerminalCommand;
}
