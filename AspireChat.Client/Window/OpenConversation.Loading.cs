using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

public sealed partial class OpenConversation
{
    /// <summary>Loads a page of older messages, if there are any; the newest loaded ones give way.</summary>
    public Task LoadEarlierAsync() => Task.Run(() => Load(() => _loaded.First, first =>
    {
        if (!_loaded.HasEarlier)
        {
            return;
        }

        // One more than is shown tells whether there are still older ones.
        var page = _session.ReadEarlier(first, PageSize + 1);
        lock (_gate)
        {
            _loaded.Prepend([.. page.TakeLast(PageSize)], hasEarlier: page.Count > PageSize);
            _isAtEnd &= !_loaded.HasLater;
        }
    }));

    /// <summary>Loads a page of newer messages, if there are any; the oldest loaded ones give way.</summary>
    public Task LoadLaterAsync() => Task.Run(() => Load(() => _loaded.Last, last =>
    {
        if (!_loaded.HasLater)
        {
            return;
        }

        var page = _session.ReadLater(last, PageSize + 1);
        lock (_gate)
        {
            _loaded.Append([.. page.Take(PageSize)], hasLater: page.Count > PageSize);
        }
    }));

    /// <summary>Loads the newest messages, unless they are loaded, and asks the front end to show them.</summary>
    public Task JumpToEndAsync() => Task.Run(() =>
    {
        if (HasLater)
        {
            Reload();
        }

        lock (_gate)
        {
            _endsAsked++;
        }

        _changed();
    });

    /// <summary>Loads the messages around the divider, if there is one.</summary>
    public Task JumpToNewAsync() => Task.Run(() =>
    {
        if (InTurn(() => _firstNew) is { } first)
        {
            LoadAround(first);
        }
    });

    /// <summary>Loads the messages around one of this conversation, and tells the front end to show that one.</summary>
    internal void LoadAround(ChatMessage sought)
    {
        lock (_reading)
        {
            var earlier = _session.ReadEarlier(sought, (PageSize / 2) + 1);
            var later = _session.ReadLater(sought, (PageSize / 2) + 1);
            lock (_gate)
            {
                _loaded.Reset(
                    [.. earlier.TakeLast(PageSize / 2), sought, .. later.Take(PageSize / 2)],
                    hasEarlier: earlier.Count > PageSize / 2,
                    hasLater: later.Count > PageSize / 2);
                (_isAtEnd, _newBelow, _rows, _sought, _isNewAbove) = (false, 0, null, MessageRows.KeyOf(sought), false);
            }
        }

        _changed();
    }

    /// <summary>Loads the newest messages, and puts the divider above the first unread one.</summary>
    internal void Open()
    {
        var firstNew = Conversation.Kind == ConversationKind.Insults ? null : _session.FindFirstUnread(Conversation, _shared.Blocked);
        lock (_gate)
        {
            _firstNew = firstNew;
        }

        Reload();
        lock (_gate)
        {
            _isNewAbove = firstNew is not null && !IsLoaded(firstNew);
        }
    }

    /// <summary>Loads the newest messages again, with the states that they have now.</summary>
    internal void Reload()
    {
        lock (_reading)
        {
            var page = _session.ReadNewest(Conversation, PageSize + 1);
            lock (_gate)
            {
                _loaded.Reset([.. page.TakeLast(PageSize)], hasEarlier: page.Count > PageSize, hasLater: false);
                (_rows, _sought) = (null, null);
            }
        }

        _changed();
    }

    /// <summary>Loads again what is loaded, after events were missed; a user who reads elsewhere stays there.</summary>
    internal void Refresh()
    {
        if (IsAtEnd)
        {
            Reload();
            return;
        }

        Load(() => _loaded.First, first =>
        {
            var page = _session.ReadLater(first, LoadedMessages.Most);
            lock (_gate)
            {
                var kept = Math.Max(_loaded.All.Count - 1, 0);
                _loaded.Reset([first, .. page.Take(kept)], _loaded.HasEarlier, hasLater: page.Count > kept);
            }
        });
    }

    /// <summary>Loads what came after the last message. While the user reads elsewhere, it does not push out what is in view.</summary>
    internal void LoadNew()
    {
        if (Conversation.Kind == ConversationKind.Insults && IsAtEnd)
        {
            // An insult counts as received when its claim is settled, perhaps after one that came later.
            Reload();
            return;
        }

        lock (_reading)
        {
            if (_loaded.HasLater)
            {
                return;
            }

            if (_loaded.Last is not { } last)
            {
                Reload();
                return;
            }

            var fresh = _session.ReadLater(last, LoadedMessages.Most);
            while (fresh.Count > 0)
            {
                lock (_gate)
                {
                    Add(fresh);
                    if (_loaded.HasLater)
                    {
                        break;
                    }
                }

                fresh = fresh.Count < LoadedMessages.Most ? [] : _session.ReadLater(fresh[^1], LoadedMessages.Most);
            }
        }
    }

    /// <summary>Counts a message that has come, if it came out of view.</summary>
    internal void Count(ChatMessage message)
    {
        if (message.IsOwn || _shared.IsBlocked(message.From))
        {
            return;
        }

        lock (_gate)
        {
            _newBelow += _isAtEnd ? 0 : 1;
        }
    }

    /// <summary>Shows that the state of a message changed.</summary>
    /// <returns>Whether anything changed here.</returns>
    internal bool Change(StateEvent change)
    {
        // Not between the reading of an older state and its arrival here.
        lock (_reading)
        {
            lock (_gate)
            {
                var isOther = _loaded.Change(change);
                _rows = isOther ? null : _rows;
                return isOther;
            }
        }
    }

    /// <summary>Takes note that everything was marked as read: the divider stays, until something new comes out of view.</summary>
    internal void MarkedRead()
    {
        lock (_gate)
        {
            _isReadToEnd = true;
        }
    }

    /// <summary>Makes the rows again, since other users are blocked now.</summary>
    internal void Rebuild()
    {
        lock (_gate)
        {
            _rows = null;
        }
    }

    private void Add(IReadOnlyList<ChatMessage> fresh)
    {
        var firstOfOthers = fresh.FirstOrDefault(message => !message.IsOwn && !_shared.IsBlocked(message.From));
        if ((!_isAtEnd || !_isWatched()) && firstOfOthers is not null && (_firstNew is null || _isReadToEnd))
        {
            (_firstNew, _isNewAbove) = (firstOfOthers, false);
            _isReadToEnd = false;
        }

        var room = _isAtEnd ? fresh.Count : Math.Max(0, LoadedMessages.Most - _loaded.All.Count);
        _loaded.Append([.. fresh.Take(room)], hasLater: fresh.Count > room);
        _rows = null;
    }

    private bool IsLoaded(ChatMessage message) => _loaded.All.Any(loaded => MessageRows.KeyOf(loaded) == MessageRows.KeyOf(message));

    private void Load(Func<ChatMessage?> from, Action<ChatMessage> load)
    {
        lock (_reading)
        {
            if (from() is { } message)
            {
                load(message);
            }
        }

        lock (_gate)
        {
            _isNewAbove = _isNewAbove && !IsLoaded(_firstNew!);
        }

        Rebuild();
        _changed();
    }
}
