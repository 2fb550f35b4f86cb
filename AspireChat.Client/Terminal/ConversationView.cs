using AspireChat.Client.Conversations;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Terminal;

/// <summary>
/// A private chat on the screen: what was said last, then a line to type in and above it whatever comes, each own message
/// with how far it has come.
/// </summary>
internal sealed class ConversationView(
    string user, ChatSession session, TerminalScreen screen, TerminalCommands commands)
{
    private const int ShownAtOpening = 20;

    // Where the state stands in a line: after "HH:mm ".
    private const int StateColumn = 6;

    private readonly Conversation _conversation = Conversation.With(user);
    private readonly Lock _gate = new();
    private readonly HashSet<(string From, Guid Id)> _shown = [];
    private readonly Dictionary<Guid, PrintedLine> _own = [];
    private readonly Bell _unread = new();

    /// <summary>Shows the chat and lets the user write until they go back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ShowLast();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = MarkReadAsync(end.Token);
        try
        {
            await WriteAsync(end.Token);
        }
        finally
        {
            await end.CancelAsync();
            await reading;
        }
    }

    /// <summary>Shows an event that belongs to this chat.</summary>
    /// <returns>False if it does not.</returns>
    public bool Show(ChatEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case MessageEvent { Message: var message } when message.Conversation == _conversation:
                    Print(message);
                    return true;
                case StateEvent state when state.Conversation == _conversation:
                    Print(state);
                    return true;
                case PresenceEvent presence when presence.User == user:
                    screen.Print($"[grey]{user} {(presence.IsOnline ? "is online" : "went away")}.[/]");
                    return true;
                case ChatOpenedEvent { State: not ChatState.Asked } changed when changed.User == user:
                    screen.Print($"[grey]The chat is {changed.State.ToString().ToLowerInvariant()}.[/]");
                    return true;
                default:
                    return false;
            }
        }
    }

    private void ShowLast()
    {
        lock (_gate)
        {
            screen.Print($"[bold]Chat with {user}[/] [grey](/back leads to the menu, /help shows what else there is)[/]");
            foreach (var message in session.ReadChat(user, ShownAtOpening, before: null))
            {
                Print(message);
            }
        }

        _unread.Ring();
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await screen.ReadLineAsync($"{user}> ", keep: false, cancellationToken);
            if (line.End != LineEnd.Entered)
            {
                return;
            }

            switch (TerminalCommand.Parse(line.Text))
            {
                case TerminalCommand.Back:
                    return;
                case TerminalCommand.Say { Text: "" }:
                    break;
                case TerminalCommand.Say say:
                    await SendAsync(say.Text, cancellationToken);
                    break;
                case var command:
                    await commands.RunAsync(command, cancellationToken);
                    break;
            }
        }
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            // It shows by its own event, as it would if another front end had sent it.
            await session.SendToUserAsync(user, text, cancellationToken);
        }
        catch (ChatException e)
        {
            commands.Refuse(e);
            screen.Print($"[grey]Not sent: {TerminalText.Preview(text, 60)}[/]");
        }
    }

    // Apart from the events, so that a burst is marked once or twice and not message by message.
    private async Task MarkReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _unread.WaitAsync(cancellationToken);
                try
                {
                    await session.MarkChatReadAsync(user);
                }
                catch (ChatException e)
                {
                    commands.Refuse(e);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user went back.
        }
    }

    private void Print(ChatMessage message)
    {
        // The history and the events overlap at the opening.
        if (!_shown.Add((message.From, message.Id)))
        {
            return;
        }

        var time = $"{message.SentAt.ToLocalTime():HH:mm}";
        if (!message.IsOwn)
        {
            screen.Print($"[grey]{time}[/]    [bold yellow]{message.From}:[/] {message.Text}");
            _unread.Ring();
            return;
        }

        _own[message.Id] = screen.Print($"[grey]{time}[/] {Sign(message.State)} [bold aqua]{message.From}:[/] {message.Text}");
        if (message.State == MessageState.Failed)
        {
            screen.Print($"[red]         ✗ not delivered: {message.Reason}[/]");
        }
    }

    private void Print(StateEvent state)
    {
        if (state.From != session.Name || !_own.TryGetValue(state.Id, out var place))
        {
            return;
        }

        screen.Overwrite(place, StateColumn, $"{Sign(state.State)}");
        if (state.State == MessageState.Failed)
        {
            screen.Print($"[red]         ✗ not delivered: {state.Reason}[/]");
        }
    }

    // Two cells each.
    private static string Sign(MessageState state) => state switch
    {
        MessageState.Sending => "… ",
        MessageState.Stored => "~ ",
        MessageState.Read => "✓✓",
        MessageState.Failed => "✗ ",
        _ => "✓ ",
    };
}
