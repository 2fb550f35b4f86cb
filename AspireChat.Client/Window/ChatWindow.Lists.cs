using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// The lists are read again whenever an event says that they changed. Counts come from the history, never from events, so they
/// are right after any burst.
/// </summary>
internal sealed partial class ChatWindow
{
    // How often nobody's event is waited for: members of groups come and go, and other front ends mark as read, without one.
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    // Among the last messages, one that is not a blocked user's is looked for.
    private const int LookBack = 20;

    private readonly HashSet<Conversation> _touched = [];
    private bool _everything = true;
    private volatile bool _knowsGroups;

    private void Touch(Conversation conversation)
    {
        lock (_touched)
        {
            _touched.Add(conversation);
        }

        _toRead.Ring();
    }

    // From this client's history: quick.
    private async Task ReadListsAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await _toRead.WaitAsync(end);
                try
                {
                    await ReadListsOnceAsync();
                }
                catch (Exception e) when (!end.IsCancellationRequested)
                {
                    Volatile.Write(ref _everything, true);
                    Log.NotRead(_logger, e);
                }

                // In a burst one reading serves many messages.
                await Task.Delay(ChangeSignal.Pause, _time, end);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window closes.
        }
    }

    private async Task ReadListsOnceAsync()
    {
        var isLoading = _knowsGroups && !IsLoaded;
        var everything = Interlocked.Exchange(ref _everything, false);
        List<Conversation> touched;
        lock (_touched)
        {
            touched = [.. _touched];
            _touched.Clear();
        }

        var blocked = _shared.Blocked;
        var isOther = false;
        if (_watched is { } shown && (everything || touched.Contains(shown.Conversation)))
        {
            shown.LoadNew();
            isOther = true;
        }

        await ReadSeenAsync(blocked);
        var chats = _session.ListChats();
        isOther |= _lists.SetChats(chats);
        foreach (var group in _lists.Groups)
        {
            var unread = _session.CountUnread(Conversation.Of(group), blocked);
            isOther |= _lists.ChangeGroup(group, before => before with { Unread = unread });
        }

        var all = chats.Select(chat => Conversation.With(chat.User)).Concat(_lists.Groups.Select(Conversation.Of)).Append(Conversation.Insults);
        foreach (var conversation in all.Where(known => everything || touched.Contains(known) || !_lists.HasLast(known)))
        {
            isOther |= _lists.SetLast(conversation, LastShown(conversation, blocked));
        }

        if (isLoading)
        {
            Volatile.Write(ref _isLoaded, true);
        }

        if (isOther || isLoading)
        {
            _signal.Ring();
        }

        await DeclineBlockedAsync(chats.Where(chat => chat.State == ChatState.Asked && blocked.Contains(chat.User)).Select(chat => chat.User));
    }

    // Before anything is counted, so that what somebody is looking at is not listed as unread.
    private async Task ReadSeenAsync(IReadOnlyCollection<string> blocked)
    {
        if (!IsWatched || Current is not { IsAtEnd: true } shown)
        {
            return;
        }

        var unread = shown.Conversation == Conversation.Insults
            ? _lists.Find(shown.Conversation).Unread
            : _session.CountUnread(shown.Conversation, blocked);
        if (unread > 0)
        {
            await ReadAsync(shown.Conversation);
            shown.MarkedRead();
            _shared.TellRead();
        }
    }

    private ChatMessage? LastShown(Conversation conversation, IReadOnlyCollection<string> blocked) =>
        _session.ReadNewest(conversation, blocked.Count == 0 ? 1 : LookBack)
            .LastOrDefault(message => message.IsOwn || !blocked.Contains(message.From));

    // A blocked user's request to chat is declined without a question.
    private async Task DeclineBlockedAsync(IEnumerable<string> users)
    {
        foreach (var user in users)
        {
            try
            {
                await _session.DeclineChatAsync(user);
            }
            catch (ChatException)
            {
                // Another window was quicker.
            }
        }
    }

    // From the name server: slow while it is away.
    private async Task AskListsAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                try
                {
                    await AskListsOnceAsync(end);
                }
                catch (Exception e) when (!end.IsCancellationRequested)
                {
                    Log.NotRead(_logger, e);
                }

                _toRead.Ring();
                await _toAsk.WaitAsync(Renewal, _time, end);
                await Task.Delay(ChangeSignal.Pause, _time, end);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window closes.
        }
    }

    private async Task AskListsOnceAsync(CancellationToken end)
    {
        var isOther = _lists.SetGroups(await _session.ListGroupsAsync(end));
        _knowsGroups = true;
        _toRead.Ring();
        try
        {
            isOther |= _around.SetOnline(await _session.ListNamesAsync(end));
        }
        catch (ChatException)
        {
            // The name server is away, which the notice says; who was online last stays.
        }

        isOther |= await AskMembersAsync(end);

        if (isOther)
        {
            _signal.Ring();
        }
    }

    private async Task<bool> AskMembersAsync(CancellationToken end)
    {
        if (Current is not { Conversation: { Kind: ConversationKind.Group, Name: var group } })
        {
            return false;
        }

        try
        {
            return _lists.SetPresent(group, await _session.ListMembersAsync(group, end));
        }
        catch (ChatException)
        {
            // The name server is away, or nobody is in the group any more.
            return _lists.SetPresent(group, []);
        }
    }
}
