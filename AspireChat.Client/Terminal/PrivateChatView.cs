using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Terminal;

/// <summary>A private chat on the screen.</summary>
internal sealed class PrivateChatView(string user, ChatSession session, TerminalScreen screen, TerminalCommands commands)
    : ConversationView(Conversation.With(user), session, screen, commands)
{
    private readonly ChatSession _session = session;

    protected override string Title => $"Chat with {user}";

    protected override IReadOnlyList<ChatMessage> ReadLast(int count) => _session.ReadChat(user, count, before: null);

    protected override Task SayAsync(string text, CancellationToken cancellationToken) =>
        _session.SendToUserAsync(user, text, id: null, cancellationToken);

    protected override Task MarkReadAsync() => _session.MarkChatReadAsync(user);

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
}
