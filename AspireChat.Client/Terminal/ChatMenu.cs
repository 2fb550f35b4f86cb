using AspireChat.Client.Session;
using Spectre.Console;

namespace AspireChat.Client.Terminal;

/// <summary>The numbered menu, which opens a private chat, a group, a survey or the insult channel.</summary>
internal sealed partial class ChatMenu(
    ChatSession session, TerminalScreen screen, TerminalCommands commands, TerminalEvents events, TimeProvider time)
{
    // How long to wait for an answer before the screen says that it is awaited.
    private static readonly TimeSpan UnnoticedWait = TimeSpan.FromMilliseconds(300);

    /// <summary>Shows the menu until the user leaves.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        screen.Print($"[bold]AspireChat[/]: you are [bold aqua]{session.Name}[/].");
        ShowChoices();
        while (true)
        {
            var line = await screen.ReadLineAsync("Your choice: ", keep: true, cancellationToken);
            if (line.End != LineEnd.Entered)
            {
                return;
            }

            switch (TerminalCommand.Parse(line.Text.Trim()))
            {
                case TerminalCommand.Say { Text: "5" }:
                    return;
                case TerminalCommand.Say { Text: "1" }:
                    await ChatAsync(cancellationToken);
                    ShowChoices();
                    break;
                case TerminalCommand.Say { Text: "2" }:
                    await GroupAsync(cancellationToken);
                    break;
                case TerminalCommand.Say { Text: "3" }:
                    await DiscoverAsync(cancellationToken);
                    break;
                case TerminalCommand.Say { Text: "4" }:
                    await InsultAsync(cancellationToken);
                    break;
                case TerminalCommand.Say or TerminalCommand.Back:
                    ShowChoices();
                    break;
                case var command:
                    await commands.RunAsync(command, cancellationToken);
                    break;
            }
        }
    }

    private void ShowChoices() =>
        screen.Print($"\n1  private chat\n2  group\n3  discover\n4  insult channel\n5  exit");

    private async Task ChatAsync(CancellationToken cancellationToken)
    {
        await ShowUsersAsync(cancellationToken);
        var line = await screen.ReadLineAsync("Chat with (empty: back): ", keep: true, cancellationToken);
        if (line.End != LineEnd.Entered || line.Text.Trim() is "")
        {
            return;
        }

        if (!ChatName.TryParse(line.Text.Trim(), out var user))
        {
            screen.Print($"[red]That is not a name. {ChatName.Rule}[/]");
            return;
        }

        if (!await OpenAsync(user, cancellationToken))
        {
            return;
        }

        await ShowAsync(new PrivateChatView(user, session, screen, commands), cancellationToken);
    }

    private async Task ShowAsync(ConversationView view, CancellationToken cancellationToken)
    {
        events.Open = view;
        try
        {
            await view.RunAsync(cancellationToken);
        }
        finally
        {
            events.Open = null;
        }
    }

    private async Task ShowUsersAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> online = [];
        try
        {
            online = await session.ListNamesAsync(cancellationToken);
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
        }

        var chats = session.ListChats().ToDictionary(chat => chat.User);
        var there = online.ToHashSet(StringComparer.Ordinal);
        var names = online.Union(chats.Keys).Where(name => name != session.Name).Order(StringComparer.Ordinal);
        var table = new Table().Border(TableBorder.Simple).AddColumns("user", "", "unread", "chat");
        foreach (var name in names)
        {
            var chat = chats.GetValueOrDefault(name);
            table.AddRow(
                Markup.Escape(ShownText.Line(name)),
                there.Contains(name) ? "[green]online[/]" : "[grey]away[/]",
                chat is { Unread: > 0 } ? $"[yellow]{chat.Unread}[/]" : "",
                chat?.State.ToString().ToLowerInvariant() ?? "");
        }

        if (table.Rows.Count > 0)
        {
            screen.Print(table);
        }
        else
        {
            screen.Print($"Nobody else is online.");
        }
    }

    /// <returns>Whether a conversation can be shown.</returns>
    private async Task<bool> OpenAsync(string user, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opening = session.OpenChatAsync(user, giveUp.Token);
        try
        {
            await WaitAsync(user, opening, giveUp);
            await opening;
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            screen.Print($"You stopped waiting for {user}.");
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
        }

        // Earlier messages can be read even now.
        return session.ListChats().Any(chat => chat.User == user);
    }

    private async Task WaitAsync(string user, Task opening, CancellationTokenSource giveUp)
    {
        if (opening == await Task.WhenAny(opening, Task.Delay(UnnoticedWait, time, giveUp.Token)))
        {
            return;
        }

        using var answered = CancellationTokenSource.CreateLinkedTokenSource(giveUp.Token);
        var cancelling = screen.ReadLineAsync($"Waiting for {user} … (Enter or Ctrl-C: stop waiting) ", keep: false, answered.Token);
        if (opening == await Task.WhenAny(opening, cancelling))
        {
            await answered.CancelAsync();
        }
        else
        {
            await giveUp.CancelAsync();
        }

        await ((Task)cancelling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
