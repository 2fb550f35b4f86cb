using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Terminal;

/// <summary>A group on the screen. Going back to the menu does not leave the room; <c>/leave</c> does.</summary>
internal sealed class GroupView(GroupSummary group, ChatSession session, TerminalScreen screen, TerminalCommands commands)
    : ConversationView(Conversation.Of(group.Name), session, screen, commands)
{
    private readonly ChatSession _session = session;

    protected override string Title =>
        $"Group {group.Name}, {group.Mode}, {group.Members?.ToString() ?? "?"} in the room";

    protected override IReadOnlyList<ChatMessage> ReadLast(int count) => _session.ReadGroup(group.Name, count, before: null);

    protected override Task SayAsync(string text, CancellationToken cancellationToken) =>
        _session.SendToGroupAsync(group.Name, text);

    protected override Task MarkReadAsync() => _session.MarkGroupReadAsync(group.Name);

    protected override bool ShowMore(ChatEvent happened)
    {
        // The conversation itself shows a gap.
        if (happened is not GroupEvent about || about.Group != group.Name)
        {
            return false;
        }

        if (about is { What: not "gap", Detail: { } detail })
        {
            Screen.Print($"[red]{detail}[/]");
        }

        return true;
    }

    protected override async Task<bool> RunAsync(TerminalCommand command, CancellationToken cancellationToken)
    {
        if (command is not TerminalCommand.Leave leave)
        {
            return await base.RunAsync(command, cancellationToken);
        }

        try
        {
            await LeaveAsync(leave, cancellationToken);
            return false;
        }
        catch (ChatException e)
        {
            Commands.Refuse(e);
            return true;
        }
    }

    private async Task LeaveAsync(TerminalCommand.Leave leave, CancellationToken cancellationToken)
    {
        if (leave.GivesUp)
        {
            await _session.GiveUpGroupAsync(group.Name, cancellationToken);
            Screen.Print($"[grey]You unsubscribed from {group.Name}.[/]");
            return;
        }

        await _session.LeaveGroupAsync(group.Name, cancellationToken);
        Screen.Print(group.Mode.IsKept
            ? (FormattableString)$"[grey]You left {group.Name}. Messages sent there are kept for you.[/]"
            : $"[grey]You left {group.Name}.[/]");
    }
}
