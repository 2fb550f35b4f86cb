using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Session;

namespace AspireChat.Client.Terminal;

/// <summary>A private chat on the screen; what is shown counts as read.</summary>
internal sealed class PrivateChatView(string user, ChatSession session, TerminalScreen screen, TerminalCommands commands)
    : ConversationView(Conversation.With(user), session, screen, commands)
{
    private readonly ChatSession _session = session;
    private readonly Bell _unread = new();

    protected override string Title => $"Chat with {user}";

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        _unread.Ring();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = MarkReadAsync(end.Token);
        try
        {
            await base.RunAsync(end.Token);
        }
        finally
        {
            await end.CancelAsync();
            await reading;
        }
    }

    protected override IReadOnlyList<ChatMessage> ReadLast(int count) => _session.ReadChat(user, count, before: null);

    protected override Task SayAsync(string text, CancellationToken cancellationToken) =>
        _session.SendToUserAsync(user, text, cancellationToken);

    protected override bool ShowMore(ChatEvent happened)
    {
        switch (happened)
        {
            case PresenceEvent presence when presence.User == user:
                Screen.Print($"[grey]{user} {(presence.IsOnline ? "is online" : "went away")}.[/]");
                return true;
            case ChatOpenedEvent { State: not ChatState.Asked } changed when changed.User == user:
                Screen.Print($"[grey]The chat is {changed.State.ToString().ToLowerInvariant()}.[/]");
                return true;
            default:
                return false;
        }
    }

    protected override void Seen() => _unread.Ring();

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
                    await _session.MarkChatReadAsync(user);
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
}
