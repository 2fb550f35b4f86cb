using Spectre.Console;

namespace AspireChat.Client.Terminal;

internal sealed partial class ChatMenu
{
    private async Task GroupAsync(CancellationToken cancellationToken)
    {
        var own = await session.ListGroupsAsync(cancellationToken);
        ShowGroups(own);
        var line = await screen.ReadLineAsync("Group (empty: back): ", keep: true, cancellationToken);
        if (line.End != LineEnd.Entered || line.Text.Trim() is "")
        {
            return;
        }

        if (!ChatName.TryParse(line.Text.Trim(), out var name))
        {
            screen.Print($"[red]That is not a name. {ChatName.Rule}[/]");
            return;
        }

        try
        {
            var mode = own.Any(group => group.Name == name) ? null : await AskModeAsync(cancellationToken);
            var isFromBeginning = mode is { HasLog: true } && await AskForEarlierAsync(cancellationToken);
            var group = await session.JoinGroupAsync(name, mode, isFromBeginning, cancellationToken);
            if (own.All(known => known.Name != name))
            {
                screen.Print($"[grey]{group.Mode.Promise} {group.Mode.Readers} {group.Mode.Limit}[/]");
            }

            await ShowAsync(new GroupView(group, session, screen, commands), cancellationToken);
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
        }
    }

    // Asked only where the group may be new; an existing group keeps its mode.
    private async Task<GroupMode?> AskModeAsync(CancellationToken cancellationToken)
    {
        foreach (var mode in GroupMode.All)
        {
            screen.Print($"[grey]{mode.Word}: {mode.Promise} {mode.Cost}[/]");
        }

        var words = string.Join(" or ", GroupMode.All);
        while (true)
        {
            var line = await screen.ReadLineAsync(
                $"{words}? (empty: the group's own mode, {GroupMode.All[0]} if it is new) ", keep: true, cancellationToken);
            var word = line.Text.Trim();
            if (word.Length == 0)
            {
                return null;
            }

            if (GroupMode.Find(word) is { IsKnown: true } mode)
            {
                return mode;
            }

            screen.Print($"Type {words}, or just press Enter.");
        }
    }

    private async Task<bool> AskForEarlierAsync(CancellationToken cancellationToken)
    {
        var line = await screen.ReadLineAsync("Read also what was sent before you join? (y, empty: no) ", keep: true, cancellationToken);
        return line.Text.Trim().StartsWith('y');
    }

    private void ShowGroups(IReadOnlyList<GroupSummary> own)
    {
        if (own.Count == 0)
        {
            screen.Print($"You are in no group yet. Type a new name to create one, or find existing ones with 3 in the menu.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("group", "kind", "in the room", "unread", "");
        foreach (var group in own)
        {
            table.AddRow(
                Markup.Escape(group.Name),
                group.Mode.Word,
                group.Members?.ToString() ?? "?",
                group.Unread > 0 ? $"[yellow]{group.Unread}[/]" : "",
                group.IsJoined ? "[green]you are in[/]" : "[grey]kept for you[/]");
        }

        screen.Print(table);
    }
}
