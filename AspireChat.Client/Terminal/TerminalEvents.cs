using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Terminal;

/// <summary>Prints events as they happen: in the open conversation, or as one line each.</summary>
internal sealed partial class TerminalEvents(
    ChatSession session, TerminalScreen screen, TerminalCommands commands, ILogger<TerminalEvents> logger)
{
    private const int PreviewLength = 60;

    private readonly HashSet<string> _disturbed = new(StringComparer.Ordinal);
    private ConversationView? _open;

    /// <summary>The conversation on the screen, if any.</summary>
    public ConversationView? Open
    {
        get => Volatile.Read(ref _open);
        set => Volatile.Write(ref _open, value);
    }

    /// <summary>Watches the events until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ChatException)
            {
                screen.Print($"[yellow]Too much happened to show all of it here; open a chat to read its messages.[/]");
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var happened in session.Watch(cancellationToken))
        {
            try
            {
                if (Open?.Show(happened) is not true)
                {
                    Announce(happened);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One event that cannot be shown must not keep the others from being shown.
                Log.NotShown(logger, happened.GetType().Name, e);
            }
        }
    }

    private void Announce(ChatEvent happened)
    {
        switch (happened)
        {
            case MessageEvent { Message: { IsOwn: false } message }:
                var place = message.Conversation.Kind == ConversationKind.Group ? $"{message.Conversation.Name} · " : "";
                screen.Print($"[yellow]✉ {place}{message.From}:[/] {ShownText.Preview(message.Text, PreviewLength)}");
                break;
            case InsultEvent { Insult: var insult }:
                screen.Print($"[magenta]⚡ {insult.From} insults you:[/] {insult.Text}");
                break;
            case GroupEvent { Detail: { } detail } group:
                screen.Print($"[yellow]{group.Group}: {detail}[/]");
                break;
            case RefusedEvent refused:
                screen.Print($"[red]{refused.Detail}[/]");
                break;
            case StateEvent { State: MessageState.Failed } failed when failed.From == session.Name:
                screen.Print($"[red]✗ A message to {failed.Conversation.Name} was not delivered: {failed.Reason}[/]");
                break;
            case ChatOpenedEvent { State: ChatState.Asked } asked:
                screen.Print($"[yellow]{asked.User} asks for a chat: /accept {asked.User} or /decline {asked.User}[/]");
                break;
            case ChatOpenedEvent { State: ChatState.Open } opened:
                screen.Print($"[green]The chat with {opened.User} is open; see it with 1 in the menu.[/]");
                break;
            case ChatOpenedEvent { State: ChatState.Declined } declined:
                screen.Print($"The chat with {declined.User} was declined.");
                break;
            case ConnectionEvent connection:
                Announce(connection);
                break;
        }
    }

    private void Announce(ConnectionEvent connection)
    {
        if (connection.Connection.StartsWith("peer:", StringComparison.Ordinal))
        {
            commands.Warn(connection.Detail ?? $"{connection.Connection}: {connection.State}");
        }
        else if (connection.Connection == "mailbox")
        {
            screen.Print($"[yellow]{connection.Detail}[/]");
        }
        else if (connection.State != ConnectionStates.Connected)
        {
            if (connection.State != ConnectionStates.Connecting || connection.Detail is not null)
            {
                _disturbed.Add(connection.Connection);
                screen.Print($"[yellow]{connection.Connection}: {connection.State}… {connection.Detail}[/]");
            }
        }
        else if (_disturbed.Remove(connection.Connection))
        {
            screen.Print($"[green]{connection.Connection}: connected again.[/]");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A {Kind} could not be shown in the terminal", EventName = "EventNotShown")]
        public static partial void NotShown(ILogger logger, string kind, Exception exception);
    }
}
