using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Session;

namespace AspireChat.Client.Terminal;

/// <summary>
/// A conversation on the screen: its last messages, then a line to type in, with new messages above it. Each of this user's
/// messages shows its state. Shown messages count as read.
/// </summary>
internal abstract class ConversationView(
    Conversation conversation, ChatSession session, TerminalScreen screen, TerminalCommands commands)
{
    private const int ShownAtOpening = 20;

    // The column of the state in a line: after "HH:mm ".
    private const int StateColumn = 6;

    private readonly Lock _gate = new();
    private readonly HashSet<(string From, Guid Id)> _shown = [];
    private readonly Dictionary<Guid, PrintedLine> _own = [];
    private readonly Bell _unread = new();
    private bool _isToldStored;

    /// <summary>The conversation's title on the screen.</summary>
    protected abstract string Title { get; }

    /// <summary>Where lines are printed.</summary>
    protected TerminalScreen Screen { get; } = screen;

    /// <summary>The commands that work everywhere.</summary>
    protected TerminalCommands Commands { get; } = commands;

    /// <summary>Shows the conversation and lets the user write until they go back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _unread.Ring();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = MarkReadAsync(end.Token);
        try
        {
            ShowLast();
            await WriteAsync(end.Token);
        }
        finally
        {
            await end.CancelAsync();
            await reading;
        }
    }

    /// <summary>Shows an event that belongs to this conversation.</summary>
    /// <returns>False if the event belongs elsewhere.</returns>
    public bool Show(ChatEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case MessageEvent { Message: var message } when message.Conversation == conversation:
                    Print(message);
                    return true;
                case StateEvent state when state.Conversation == conversation:
                    Print(state);
                    return true;
                default:
                    return ShowMore(happened);
            }
        }
    }

    /// <summary>The newest messages, oldest first.</summary>
    protected abstract IReadOnlyList<ChatMessage> ReadLast(int count);

    /// <summary>Sends a text to the conversation.</summary>
    /// <exception cref="ChatException">The call was refused.</exception>
    protected abstract Task SayAsync(string text, CancellationToken cancellationToken);

    /// <summary>Marks the other senders' messages as read.</summary>
    /// <exception cref="ChatException">The call was refused.</exception>
    protected abstract Task MarkReadAsync();

    /// <summary>Shows an event that concerns this conversation but is no message.</summary>
    /// <returns>False if the event does not concern it.</returns>
    protected abstract bool ShowMore(ChatEvent happened);

    /// <summary>Does what a command asks for.</summary>
    /// <returns>False if that ends the view.</returns>
    protected virtual async Task<bool> RunAsync(TerminalCommand command, CancellationToken cancellationToken)
    {
        await Commands.RunAsync(command, cancellationToken);
        return true;
    }

    // Runs apart from the events, so that a burst is marked once or twice and not per message.
    private async Task MarkReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _unread.WaitAsync(cancellationToken);
                try
                {
                    await MarkReadAsync();
                }
                catch (ChatException e)
                {
                    Commands.Refuse(e);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user went back.
        }
    }

    private void ShowLast()
    {
        lock (_gate)
        {
            Screen.Print($"[bold]{Title}[/] [grey](/back returns to the menu, /help lists the commands)[/]");
            foreach (var message in ReadLast(ShownAtOpening))
            {
                Print(message);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await Screen.ReadLineAsync($"{conversation.Name}> ", keep: false, cancellationToken);
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
                case var command when !await RunAsync(command, cancellationToken):
                    return;
            }
        }
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            // The message appears through its event, as it would if another front end had sent it.
            await SayAsync(text, cancellationToken);
        }
        catch (ChatException e)
        {
            Commands.Refuse(e);
            Screen.Print($"[grey]Not sent: {ShownText.Preview(text, 60)}[/]");
        }
    }

    private void Print(ChatMessage message)
    {
        // The history and the events overlap when the view opens.
        if (!_shown.Add((message.From, message.Id)))
        {
            return;
        }

        var time = $"{message.SentAt.ToLocalTime():HH:mm}";
        if (message.Missing > 0)
        {
            Screen.Print($"[red]         {message.Missing} messages from {message.From} are missing here.[/]");
        }

        if (!message.IsOwn)
        {
            Screen.Print($"[grey]{time}[/]    [bold yellow]{message.From}:[/] {message.Text}");
            _unread.Ring();
            return;
        }

        _own[message.Id] = Screen.Print($"[grey]{time}[/] {Sign(message.State)} [bold aqua]{message.From}:[/] {message.Text}");
        if (message.State == MessageState.Failed)
        {
            Screen.Print($"[red]         ✗ not delivered: {message.Reason}[/]");
        }
    }

    private void Print(StateEvent state)
    {
        if (state.From != session.Name || !_own.TryGetValue(state.Id, out var place))
        {
            return;
        }

        Screen.Overwrite(place, StateColumn, $"{Sign(state.State)}");
        if (state.State == MessageState.Failed)
        {
            Screen.Print($"[red]         ✗ not delivered: {state.Reason}[/]");
        }
        else if (state.State == MessageState.Stored && !_isToldStored)
        {
            _isToldStored = true;
            Screen.Print($"[grey]         ~ stored until {conversation.Name} is back[/]");
        }
    }

    // Each sign is two cells wide.
    private static string Sign(MessageState state) => state switch
    {
        MessageState.Sending => "… ",
        MessageState.Stored => "~ ",
        MessageState.Read => "✓✓",
        MessageState.Failed => "✗ ",
        _ => "✓ ",
    };
}
