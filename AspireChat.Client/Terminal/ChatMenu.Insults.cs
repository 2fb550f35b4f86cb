namespace AspireChat.Client.Terminal;

internal sealed partial class ChatMenu
{
    private const int ShownInsults = 10;

    private async Task InsultAsync(CancellationToken cancellationToken)
    {
        screen.Print($"[bold]Insult channel[/] [grey](each insult reaches exactly one client, maybe yours; /back returns to the menu)[/]");
        foreach (var insult in session.ReadInsults(ShownInsults, before: null))
        {
            screen.Print($"[grey]{insult.SentAt.ToLocalTime():HH:mm}[/] [magenta]{insult.From}:[/] {insult.Text}");
        }

        while (true)
        {
            var line = await screen.ReadLineAsync("Your insult (empty: a stock one): ", keep: false, cancellationToken);
            if (line.End != LineEnd.Entered)
            {
                return;
            }

            switch (TerminalCommand.Parse(line.Text))
            {
                case TerminalCommand.Back:
                    return;
                case TerminalCommand.Say say:
                    await SendInsultAsync(say.Text is "" ? null : say.Text);
                    break;
                case var command:
                    await commands.RunAsync(command, cancellationToken);
                    break;
            }
        }
    }

    private async Task SendInsultAsync(string? text)
    {
        try
        {
            var insult = await session.InsultAsync(text);
            screen.Print($"[grey]You send: {insult.Text}[/]");
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
        }
    }
}
