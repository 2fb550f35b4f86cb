using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private const string NothingOpen = "No conversation is open; open one with /chat name or /group name.";
    private const string NoGroupOpen = "No group is open; open one with /group name.";

    /// <summary>Shows a conversation, with its last messages and the divider above the first unread one.</summary>
    public Task ShowAsync(Conversation conversation) => ShowAsync(conversation, opened => opened.Open());

    /// <summary>Shows a message in its conversation.</summary>
    public Task ShowAsync(ChatMessage message) => ShowAsync(message.Conversation, opened => opened.LoadAround(message));

    /// <summary>Shows no conversation.</summary>
    public void Close()
    {
        lock (_showing)
        {
            (_watched, _current) = (null, null);
        }

        _signal.Ring();
    }

    /// <summary>Does what a typed line says: runs a command, or sends a text to the shown conversation.</summary>
    /// <returns>Whether the line has had its effect; if not, its writer may want to mend it.</returns>
    public async Task<bool> RunAsync(string line)
    {
        switch (TypedLine.Parse(line))
        {
            case { Command: { } command } typed:
                var shown = Current;
                await ActAsync(_ => command.Run(this, typed.Arguments));
                if (shown?.Draft == line)
                {
                    shown.Draft = "";
                }

                return true;
            case { Refusal: { } refusal }:
                Say(refusal, isError: true);
                return false;
            case { Text: not "" } typed:
                return await SendAsync(typed.Text);
            default:
                return true;
        }
    }

    /// <summary>
    /// Sends a text to the shown conversation, as it is. After a refusal the draft stays; otherwise it is cleared, unless
    /// something else was typed meanwhile.
    /// </summary>
    /// <returns>Whether it is on its way.</returns>
    public Task<bool> SendAsync(string text) => ActAsync(async end =>
    {
        var shown = Current ?? throw new ChatException(ChatFault.InvalidArgument, NothingOpen);
        var draft = shown.Draft;
        await SendAsync(shown.Conversation, text, end);
        if (shown.Draft == draft)
        {
            shown.Draft = "";
        }

        // The sender wants to see it.
        await shown.JumpToEndAsync();
    });

    /// <summary>Sends the text of a failed message again, as a new message.</summary>
    public Task RetryAsync(ShownMessage failed) => ActAsync(end => SendAsync(failed.Message.Conversation, failed.Message.Text, end));

    /// <summary>Marks everything in the shown conversation as read; the other user of a private chat is told.</summary>
    public Task MarkReadAsync() => ActAsync(async _ =>
    {
        if (Current is not { } shown)
        {
            return;
        }

        try
        {
            await MarkReadAsync(shown.Conversation);
        }
        catch (ChatException e) when (e.Fault == ChatFault.NotFound)
        {
            // It does not exist yet, so there is nothing to read.
        }

        shown.MarkedRead();
        _shared.TellRead();
    });

    /// <summary>Shows the private chat with a user; if there is none yet, the first message opens it.</summary>
    public Task WriteToAsync(string user) => ActAsync(_ =>
    {
        var name = ChatName.Parse(user);
        return name != User
            ? ShowAsync(Conversation.With(name))
            : throw new ChatException(ChatFault.InvalidArgument, "A chat needs two; that is your own name.");
    });

    /// <summary>Enters a group's room and shows the group; a group that nobody is in is made.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="mode">The mode that it must have; null accepts any, and makes a new group durable.</param>
    public Task JoinAsync(string group, GroupMode? mode) => ActAsync(async end =>
    {
        var joined = await _session.JoinGroupAsync(group, mode, end);
        _lists.AddGroup(joined);
        await ShowAsync(Conversation.Of(joined.Name));
    });

    /// <summary>Leaves the room of the shown group.</summary>
    public Task LeaveAsync() => ActAsync(async end =>
    {
        if (ShownGroup is not { } shown)
        {
            Say(NoGroupOpen, isError: true);
            return;
        }

        var isKept = shown.Mode is { IsKept: true };
        await _session.LeaveGroupAsync(shown.Conversation.Name, end);
        Say(isKept ? $"You left {shown.Title}. Messages sent there are kept for you." : $"You left {shown.Title}.");
    });

    /// <summary>Unsubscribes from the shown group and closes it; the history stays on this client.</summary>
    public Task UnsubscribeAsync() => ActAsync(async end =>
    {
        if (ShownGroup is not { } shown)
        {
            Say(NoGroupOpen, isError: true);
            return;
        }

        await _session.GiveUpGroupAsync(shown.Conversation.Name, end);
        Say($"You unsubscribed from {shown.Title}.");
        if (Current == shown)
        {
            Close();
        }
    });

    private Task<bool> ShowAsync(Conversation conversation, Action<OpenConversation> load) => ActAsync(end => Task.Run(() =>
    {
        lock (_showing)
        {
            var opened = new OpenConversation(conversation, _session, _shared, _lists, _around, _time, OnShown);
            _watched = opened;
            load(opened);
            _current = opened;
        }

        OnShown();
        _toAsk.Ring();
    }, end));

    // The end may have come into view, so that it is read now.
    private void OnShown()
    {
        _toRead.Ring();
        _signal.Ring();
    }

    private OpenConversation? ShownGroup => Current is { Conversation.Kind: ConversationKind.Group } shown ? shown : null;

    private Task SendAsync(Conversation to, string text, CancellationToken end) => to.Kind switch
    {
        ConversationKind.User => _session.SendToUserAsync(to.Name, text, end),
        ConversationKind.Group => _session.SendToGroupAsync(to.Name, text),
        _ => SendInsultAsync(text),
    };

    private async Task SendInsultAsync(string? text)
    {
        var sent = await _session.InsultAsync(text);
        Say($"Your insult is on its way: {sent.Text}");
    }

    private async Task MarkReadAsync(Conversation conversation)
    {
        switch (conversation.Kind)
        {
            case ConversationKind.Group:
                await _session.MarkGroupReadAsync(conversation.Name);
                break;
            case ConversationKind.Insults:
                _lists.CountInsult(isRead: true);
                break;
            case ConversationKind.User when !_shared.IsBlocked(conversation.Name):
                await _session.MarkChatReadAsync(conversation.Name);
                break;
        }
    }
}
