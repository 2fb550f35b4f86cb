using AspireChat.Client.Session;
using Spectre.Console;

namespace AspireChat.Client.Terminal;

/// <summary>The commands that work everywhere in the terminal.</summary>
internal sealed class TerminalCommands(ChatSession session, TerminalScreen screen)
{
    private const int RememberedWarnings = 32;

    private readonly Queue<string> _warnings = new();

    /// <summary>Runs a command and prints the outcome.</summary>
    public async Task RunAsync(TerminalCommand command, CancellationToken cancellationToken)
    {
        try
        {
            switch (command)
            {
                // The chat's event shows the outcome of these two.
                case TerminalCommand.Answer { Accepts: true } answer:
                    await session.AcceptChatAsync(answer.User);
                    break;
                case TerminalCommand.Answer answer:
                    await session.DeclineChatAsync(answer.User);
                    break;
                case TerminalCommand.Trust trust:
                    await session.TrustAsync(trust.User, trust.Fingerprint);
                    screen.Print($"[green]The key {trust.Fingerprint} is now trusted as {trust.User}'s.[/]");
                    break;
                case TerminalCommand.AboutMe:
                    Describe(await session.DescribeAsync(cancellationToken));
                    break;
                case TerminalCommand.Leave:
                    screen.Print($"No group is open; open one with 2 in the menu.");
                    break;
                case TerminalCommand.Unknown unknown:
                    screen.Print($"There is no command {unknown.Line}. Commands: {TerminalCommand.Reminder}. Type // to begin a text with a slash.");
                    break;
                default:
                    screen.Print($"Commands: {TerminalCommand.Reminder}");
                    break;
            }
        }
        catch (ChatException e)
        {
            Refuse(e);
        }
    }

    /// <summary>Shows a refusal; a changed key gets a loud warning.</summary>
    public void Refuse(ChatException refusal)
    {
        if (refusal.Fault != ChatFault.KeyMismatch)
        {
            screen.Print($"[red]{refusal.Message}[/]");
        }
        else if (!Warn(refusal.Message))
        {
            screen.Print($"[bold red]Not possible: the key has changed; see the warning.[/]");
        }
    }

    /// <summary>Warns that a user has another key than before, and says what to do. Each warning is shown only once.</summary>
    /// <returns>False if the warning was shown before.</returns>
    public bool Warn(string sentence)
    {
        lock (_warnings)
        {
            if (_warnings.Contains(sentence))
            {
                return false;
            }

            // An impostor may call a thousand times, with a thousand keys.
            _warnings.Enqueue(sentence);
            if (_warnings.Count > RememberedWarnings)
            {
                _warnings.Dequeue();
            }
        }

        screen.Print(new Panel(new Markup(Markup.Escape(
            $"{ShownText.Line(sentence)}\n\nAsk that person, by telephone or face to face, for the fingerprint that /me shows there. "
            + "If it is the new one, type /trust name fingerprint. If not, someone else is using the name: do not write to it.")))
            .Header("[bold red] THE KEY HAS CHANGED [/]")
            .DoubleBorder()
            .BorderColor(Color.Red));
        return true;
    }

    private void Describe(Me me)
    {
        screen.Print($"[bold]{me.Name}[/] at {me.Address}");
        screen.Print($"fingerprint {me.Fingerprint}");
        foreach (var (connection, state) in me.Connections)
        {
            screen.Print($"{connection}: {state}{(me.Details?.GetValueOrDefault(connection) is { } detail ? $" ({detail})" : "")}");
        }
    }
}
