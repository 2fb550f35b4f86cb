using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private const string NothingOpen = "No conversation is open; open one with /chat name or /group name.";
    private const string NoGroupOpen = "No group is open; open one with /group name.";

    /// <summary>Shows a conversation, with its last messages and the divider above the first unread one.</summary>
    public Task<bool> ShowAsync(Conversation conversation) => ShowAsync(conversation, opened => opened.Open());

    /// <summary>Shows a message in its conversation.</summary>
    public Task<bool> ShowAsync(ChatMessage message) => ShowAsync(message.Conversation, opened => opened.LoadAround(message));

    /// <summary>Shows no conversation.</summary>
    public void Close()
    {
        lock (_showing)
        {
            (_watched, _current) = (null, null);
        }

        _signal.Ring();
    }

    /// <summary>Does what a typed line says: runs a command, or sends a text.</summary>
    /// <param name="here">The conversation in which it was typed, whichever is shown by now; null if there was none.</param>
    /// <param name="line">The line.</param>
    /// <param name="id">The id of the message that a text becomes: a repeated call sends nothing twice. One is made if null.</param>
    /// <returns>Whether it has had its effect. If so, and the draft is still this line, the draft is cleared.</returns>
    public async Task<bool> RunAsync(Conversation? here, string line, Guid? id = null)
    {
        var typed = TypedLine.Parse(line);
        var isDone = await (typed switch
        {
            { Command: { } command } => command.Run(this, here, typed.Arguments),
            { Refusal: { } refusal } => RefuseAsync(refusal),
            { Text: "" } => Task.FromResult(true),
            _ => SayAsync(here, typed.Text, id),
        });
        if (isDone && here is { } draft && _shared.Draft(draft) == line)
        {
            _shared.SetDraft(draft, "");
        }

        return isDone;
    }

    /// <summary>Keeps a text that could not be sent as a draft, in front of what was begun there since.</summary>
    public void KeepDraft(Conversation conversation, string text)
    {
        var since = _shared.Draft(conversation);
        if (!since.Contains(text, StringComparison.Ordinal))
        {
            _shared.SetDraft(conversation, since.Length == 0 ? text : $"{text}\n{since}");
        }
    }

    /// <summary>Moves in a conversation: <see cref="OpenConversation.LoadEarlierAsync"/> and its like.</summary>
    public Task<bool> MoveAsync(Func<Task> move) => ActAsync(_ => move());

    /// <summary>Sends the text of a failed message again, as a new message.</summary>
    public Task<bool> RetryAsync(ShownMessage failed) => ActAsync(end => SendAsync(failed.Message.Conversation, failed.Message.Text, id: null, end));

    /// <summary>Marks everything in a conversation as read; the other user of a private chat is told.</summary>
    public Task<bool> MarkReadAsync(Conversation conversation) => ActAsync(async _ =>
    {
        try
        {
            await ReadAsync(conversation);
        }
        catch (ChatException e) when (e.Fault == ChatFault.NotFound)
        {
            // It does not exist yet, so there is nothing to read.
        }

        if (Current is { } shown && shown.Conversation == conversation)
        {
            shown.MarkedRead();
        }

        _shared.TellRead();
    });

    /// <summary>Mutes a conversation, or ends that.</summary>
    public Task<bool> MuteAsync(Conversation conversation, bool isMuted) => ActAsync(_ =>
    {
        _shared.SetMuted(conversation, isMuted);
        return Task.CompletedTask;
    });

    /// <summary>Shows the private chat with a user; if there is none yet, the first message opens it.</summary>
    public Task<bool> WriteToAsync(string user) => ActAsync(_ =>
    {
        var name = ChatName.Parse(user);
        return name != User
            ? ShowAsync(Conversation.With(name))
            : throw new ChatException(ChatFault.InvalidArgument, "A chat needs two; that is your own name.");
    });

    /// <summary>Enters a group's room and shows the group; a group that nobody is in is made.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="mode">The mode that it must have; null accepts any, and makes a new group durable.</param>
    /// <param name="isFromBeginning">Whether a new member also reads what the group's log has from before.</param>
    public Task<bool> JoinAsync(string group, GroupMode? mode, bool isFromBeginning = false) => ActAsync(async end =>
    {
        var isNew = _lists.Find(Conversation.Of(group)).Mode is null;
        var joined = await _session.JoinGroupAsync(group, mode, isFromBeginning, end);
        _lists.AddGroup(joined);
        if (isNew)
        {
            Say($"You joined {joined.Name}. {joined.Mode.Promise}{(joined.Mode.HasLog ? $" {joined.Mode.Readers}" : "")}");
        }

        await ShowAsync(Conversation.Of(joined.Name));
    });

    /// <summary>Leaves the room of a group.</summary>
    public Task<bool> LeaveAsync(Conversation? here) => ActAsync(async end =>
    {
        var group = GroupOf(here);
        var isKept = _lists.Find(Conversation.Of(group)).Mode is { IsKept: true };
        await _session.LeaveGroupAsync(group, end);
        Say(isKept ? $"You left {group}. Messages sent there are kept for you." : $"You left {group}.");
    });

    /// <summary>Unsubscribes from a group and closes it; the history stays on this client.</summary>
    public Task<bool> UnsubscribeAsync(Conversation? here) => ActAsync(async end =>
    {
        var group = GroupOf(here);
        await _session.GiveUpGroupAsync(group, end);
        Say($"You unsubscribed from {group}.");
        if (Current?.Conversation == here)
        {
            Close();
        }
    });

    private Task<bool> ShowAsync(Conversation conversation, Action<OpenConversation> load) => ActAsync(end => Task.Run(() =>
    {
        lock (_showing)
        {
            var opened = new OpenConversation(conversation, _session, _shared, _lists, _around, _time, OnShown, () => IsWatched);
            _watched = opened;
            try
            {
                load(opened);
            }
            catch
            {
                _watched = _current;
                throw;
            }

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

    /// <summary>Says why a line cannot be done.</summary>
    internal Task<bool> RefuseAsync(string sentence)
    {
        Say(sentence, isError: true);
        return Task.FromResult(false);
    }

    private static string GroupOf(Conversation? here) => here is { Kind: ConversationKind.Group, Name: var group }
        ? group
        : throw new ChatException(ChatFault.InvalidArgument, NoGroupOpen);

    private Task<bool> SayAsync(Conversation? here, string text, Guid? id) => ActAsync(async end =>
    {
        var to = here ?? throw new ChatException(ChatFault.InvalidArgument, NothingOpen);
        await SendAsync(to, text, id, end);
        if (Current is { } shown && shown.Conversation == to)
        {
            // The sender wants to see it.
            await shown.JumpToEndAsync();
        }
    });

    private Task SendAsync(Conversation to, string text, Guid? id, CancellationToken end) => to.Kind switch
    {
        ConversationKind.User => _session.SendToUserAsync(to.Name, text, id, end),
        ConversationKind.Group => _session.SendToGroupAsync(to.Name, text, id),
        _ => SendInsultAsync(text, id),
    };

    private async Task SendInsultAsync(string? text, Guid? id)
    {
        var sent = await _session.InsultAsync(text, id);
        Say($"Your insult is on its way: {sent.Text}");
    }

    private async Task ReadAsync(Conversation conversation)
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
