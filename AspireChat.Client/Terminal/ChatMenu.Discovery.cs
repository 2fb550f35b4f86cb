using Spectre.Console;

namespace AspireChat.Client.Terminal;

internal sealed partial class ChatMenu
{
    private async Task DiscoverAsync(CancellationToken cancellationToken)
    {
        screen.Print($"[grey]Asking all clients …[/]");
        try
        {
            Show(await session.DiscoverAsync(seconds: null, cancellationToken));
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
        }
    }

    private void Show(SurveyResult found)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("found", "", "");
        foreach (var user in found.Users)
        {
            table.AddRow(Markup.Escape(user.Name), "user", Markup.Escape(ShownText.Line(user.Address)));
        }

        foreach (var group in found.Groups)
        {
            table.AddRow(Markup.Escape(group.Name), $"{group.Mode} group", $"{group.Members} in the room");
        }

        if (table.Rows.Count > 0)
        {
            screen.Print(table);
        }
        else
        {
            screen.Print($"No client answered.");
        }

        screen.Print(found.Ended == SurveyEnd.Complete
            ? (FormattableString)$"[grey]All users listed as online have answered.[/]"
            : $"[grey]The survey timed out; some users may not have answered.[/]");
    }
}
