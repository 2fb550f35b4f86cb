using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    // More would cover the window; the oldest has had its time.
    private const int MaxToasts = 4;

    private readonly List<Toast> _toasts = [];
    private int _lastToast;

    /// <summary>Short sentences about what just happened.</summary>
    public IReadOnlyList<Toast> Toasts
    {
        get
        {
            lock (_change)
            {
                return [.. _toasts];
            }
        }
    }

    /// <summary>Takes a sentence away.</summary>
    public void Dismiss(int toast)
    {
        lock (_change)
        {
            _toasts.RemoveAll(shown => shown.Id == toast);
        }

        Touch();
    }

    /// <summary>Sends a text to the shown conversation; a refused text stays as its draft.</summary>
    public Task SendAsync(string text) => TryAsync(async () =>
    {
        if (Current is not { } open)
        {
            return;
        }

        switch (open.Conversation.Kind)
        {
            case ConversationKind.User:
                await _session.SendToUserAsync(open.Conversation.Name, text, _closing.Token);
                break;
            case ConversationKind.Group:
                await _session.SendToGroupAsync(open.Conversation.Name, text);
                break;
            default:
                await InsultAsync(text);
                break;
        }

        open.Draft = "";
        open.JumpToEnd();
    });

    /// <summary>Sends a failed message once more, as a new one.</summary>
    public Task RetryAsync(ShownMessage failed) => TryAsync(async () =>
    {
        var to = failed.Message.Conversation;
        _ = to.Kind == ConversationKind.Group
            ? await _session.SendToGroupAsync(to.Name, failed.Message.Text)
            : await _session.SendToUserAsync(to.Name, failed.Message.Text, _closing.Token);
    });

    /// <summary>Marks the shown conversation as read, and ends the division in old and new.</summary>
    public Task MarkReadAsync()
    {
        if (Current is not { } open)
        {
            return Task.CompletedTask;
        }

        open.ForgetNew();
        return MarkReadAsync(open.Conversation);
    }

    /// <summary>Enters a group's room and shows the group.</summary>
    public Task JoinAsync(string group, GroupMode? mode) => TryAsync(async () =>
    {
        var joined = await _session.JoinGroupAsync(group, mode, _closing.Token);
        await ReadGroupsAsync();
        Show(Conversation.Of(joined.Name));
    });

    /// <summary>Leaves the room of the shown group.</summary>
    public Task LeaveAsync() => InGroupAsync(async group =>
    {
        await _session.LeaveGroupAsync(group, _closing.Token);
        await ReadGroupsAsync();
    });

    /// <summary>Unsubscribes from the shown group.</summary>
    public Task UnsubscribeAsync() => InGroupAsync(async group =>
    {
        await _session.GiveUpGroupAsync(group, _closing.Token);
        await ReadGroupsAsync();
        Close();
    });

    /// <summary>Accepts a user's request to chat.</summary>
    public Task AcceptAsync(string user) => TryAsync(() => _session.AcceptChatAsync(user));

    /// <summary>Declines a user's request to chat.</summary>
    public Task DeclineAsync(string user) => TryAsync(() => _session.DeclineChatAsync(user));

    /// <summary>Accepts another key for a user, after its fingerprint was compared by other means.</summary>
    public Task TrustAsync(string user, string fingerprint) => TryAsync(async () =>
    {
        await _session.TrustAsync(user, fingerprint);
        DismissWarning(user);
        Tell($"The new key of {user} is trusted.");
    });

    /// <summary>Whether a user's messages are hidden.</summary>
    public bool IsBlocked(string user) => _shared.IsBlocked(user);

    /// <summary>Hides a user and what that user says in this user's windows, or ends that.</summary>
    public Task BlockAsync(string user, bool isBlocked) => TryAsync(async () =>
    {
        _shared.Block(ChatName.Parse(user), isBlocked);
        Current?.Reload();
        await ReadPeopleAsync();
        Tell(isBlocked ? $"{user} is blocked here: you see nothing of {user}." : $"{user} is no longer blocked.");
    });

    /// <summary>Sends an insult, which reaches exactly one client.</summary>
    /// <param name="text">The insult; one from stock if null.</param>
    public Task InsultAsync(string? text) => TryAsync(async () =>
    {
        var sent = await _session.InsultAsync(text);
        Tell($"Your insult is on its way to somebody: {sent.Text}");
    });

    /// <summary>Tells the user something.</summary>
    public void Tell(string sentence, bool isError = false)
    {
        lock (_change)
        {
            _toasts.Add(new Toast(++_lastToast, sentence, isError));
            if (_toasts.Count > MaxToasts)
            {
                _toasts.RemoveAt(0);
            }
        }

        Touch();
    }

    private async Task MarkReadAsync(Conversation conversation)
    {
        if (UnreadOf(conversation) == 0)
        {
            return;
        }

        lock (_change)
        {
            Entry(conversation).Unread = 0;
        }

        Touch();
        await TryAsync(() => conversation.Kind switch
        {
            ConversationKind.User => _session.MarkChatReadAsync(conversation.Name),
            ConversationKind.Group => _session.MarkGroupReadAsync(conversation.Name),
            _ => Task.CompletedTask,
        });
    }

    private Task InGroupAsync(Func<string, Task> act) => Current is { Conversation: { Kind: ConversationKind.Group, Name: var group } }
        ? TryAsync(() => act(group))
        : TryAsync(() => throw new ChatException(ChatFault.InvalidArgument, "No group is shown; choose one first."));

    // A refusal is a sentence for the user, and the window goes on.
    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (ChatException e)
        {
            Tell(e.Message, isError: true);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The window is closed.
        }

        Touch();
    }
}
