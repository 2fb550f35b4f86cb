using AspireChat.Client.Chat;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Terminal;

/// <summary>The terminal in which the program was started, if any.</summary>
internal static class UserTerminal
{
    private const string Setting = $"{ChatOptions.Section}:Terminal";

    /// <summary>
    /// Whether a user sits at a terminal: standard input and output are a terminal that can place its cursor, and
    /// <c>Chat:Terminal</c> is not false.
    /// </summary>
    public static bool IsPresent(IConfiguration configuration) =>
        configuration.GetValue(Setting, defaultValue: true)
        && !Console.IsInputRedirected
        && !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Asks for a user name until the answer is valid.</summary>
    /// <exception cref="ClientStartException">The input ended.</exception>
    public static string AskName()
    {
        Console.WriteLine(ChatName.Rule);
        while (true)
        {
            Console.Write("Your name: ");
            var line = Console.ReadLine()
                ?? throw new ClientStartException("No user name: start the client with --name, for example --name alice.");
            if (ChatName.TryParse(line.Trim(), out var name))
            {
                return name;
            }

            Console.WriteLine($"That is not a name. {ChatName.Rule}");
        }
    }

    /// <summary>Takes over the terminal: it then delivers keys one by one, Ctrl-C included.</summary>
    public static TerminalScreen OpenScreen()
    {
        Console.TreatControlCAsInput = true;
        return new TerminalScreen(Console.Out, Size, TerminalKeys.Read());
    }

    // A terminal that does not know its size is assumed to have the usual size.
    private static (int Width, int Height) Size() => (
        Console.WindowWidth is > 0 and var width ? width : 80,
        Console.WindowHeight is > 0 and var height ? height : 24);
}
