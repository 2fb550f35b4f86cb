using AspireChat.Client.Chat;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Terminal;

/// <summary>The terminal that the program was started in, if it was.</summary>
internal static class UserTerminal
{
    private const string Setting = $"{ChatOptions.Section}:Terminal";

    /// <summary>
    /// Whether a person sits at a terminal: standard input and output are one that can place its cursor, and
    /// <c>Chat:Terminal</c> is not false.
    /// </summary>
    public static bool IsPresent(IConfiguration configuration) =>
        configuration.GetValue(Setting, defaultValue: true)
        && !Console.IsInputRedirected
        && !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Asks for the user name until it is one.</summary>
    /// <exception cref="ClientStartException">The input ended.</exception>
    public static string AskName()
    {
        Console.WriteLine(ChatName.Rule);
        while (true)
        {
            Console.Write("Your name: ");
            var line = Console.ReadLine() ?? throw new ClientStartException("No name, no chat: start the client with --name alice, or whoever you are.");
            if (ChatName.TryParse(line.Trim(), out var name))
            {
                return name;
            }

            Console.WriteLine($"That is not a name. {ChatName.Rule}");
        }
    }

    /// <summary>Takes the terminal over: keys come to the screen one by one, Ctrl-C too.</summary>
    public static TerminalScreen OpenScreen()
    {
        Console.TreatControlCAsInput = true;
        return new TerminalScreen(Console.Out, Size, TerminalKeys.Read());
    }

    // A terminal that does not know its size is taken for one of the usual size.
    private static (int Width, int Height) Size() => (
        Console.WindowWidth is > 0 and var width ? width : 80,
        Console.WindowHeight is > 0 and var height ? height : 24);
}
