using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>What a window knows about the conversations; safe for concurrent use.</summary>
/// <param name="around">Who is online.</param>
/// <param name="shared">Drafts, muted conversations and blocked users.</param>
internal sealed class WindowLists(Surroundings around, SharedWindowState shared)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Conversation, ChatMessage?> _last = [];
    private Dictionary<string, ChatSummary> _chats = [];
    private Dictionary<string, GroupSummary> _groups = [];
    private (string? Group, IReadOnlyList<GroupMember> Members) _present = (null, []);
    private int _freshInsults;

    /// <summary>The groups' names.</summary>
    public IReadOnlyList<string> Groups
    {
        get
        {
            lock (_gate)
            {
                return [.. _groups.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The users of the private chats.</summary>
    public IReadOnlySet<string> Partners
    {
        get
        {
            lock (_gate)
            {
                return _chats.Keys.ToHashSet(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>The conversations in the order of <see cref="ConversationOrder"/>.</summary>
    /// <param name="alsoShown">One that is shown although it may not exist yet; null if there is none.</param>
    public IReadOnlyList<ConversationItem> Items(Conversation? alsoShown)
    {
        lock (_gate)
        {
            var all = _chats.Keys.Select(Conversation.With)
                .Concat(_groups.Keys.Select(Conversation.Of))
                .Append(Conversation.Insults)
                .Concat(alsoShown is { } shown ? [shown] : [])
                .Distinct();
            return [.. all.Select(Describe).Order(ConversationOrder.Instance)];
        }
    }

    /// <summary>What is known about one conversation, which need not exist.</summary>
    public ConversationItem Find(Conversation conversation)
    {
        lock (_gate)
        {
            return Describe(conversation);
        }
    }

    /// <summary>How many members are in a group's room; null if that is not known.</summary>
    public int? Members(string group)
    {
        lock (_gate)
        {
            return _groups.GetValueOrDefault(group)?.Members;
        }
    }

    /// <summary>How many messages of a group's log are not shown because nobody can vouch for their senders.</summary>
    public long Unvouched(string group)
    {
        lock (_gate)
        {
            return _groups.GetValueOrDefault(group)?.Unvouched ?? 0;
        }
    }

    /// <summary>Who is in a group's room, in alphabetical order; empty if that is not known.</summary>
    public IReadOnlyList<GroupMember> Present(string group)
    {
        lock (_gate)
        {
            return _present.Group == group ? _present.Members : [];
        }
    }

    /// <summary>Sets who is in a group's room; known for one group at a time.</summary>
    public bool SetPresent(string group, IReadOnlyList<GroupMember> members)
    {
        lock (_gate)
        {
            var isOther = _present.Group != group || !_present.Members.SequenceEqual(members);
            _present = (group, members);
            return isOther;
        }
    }

    /// <summary>Whether the last message of a conversation has been read from the history.</summary>
    public bool HasLast(Conversation conversation)
    {
        lock (_gate)
        {
            return _last.ContainsKey(conversation);
        }
    }

    /// <summary>Replaces the private chats.</summary>
    /// <returns>Whether anything changed; so with the other methods.</returns>
    public bool SetChats(IReadOnlyList<ChatSummary> chats) => Change(ref _chats, chats.ToDictionary(chat => chat.User));

    /// <summary>Replaces the groups, but for the counts of unread messages.</summary>
    public bool SetGroups(IReadOnlyList<GroupSummary> groups)
    {
        lock (_gate)
        {
            return Change(ref _groups, groups.ToDictionary(
                group => group.Name, group => group with { Unread = _groups.GetValueOrDefault(group.Name)?.Unread ?? 0 }));
        }
    }

    /// <summary>Changes what is known about one group.</summary>
    public bool ChangeGroup(string group, Func<GroupSummary, GroupSummary> change)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var before))
            {
                return false;
            }

            _groups[group] = change(before);
            return _groups[group] != before;
        }
    }

    /// <summary>Adds or replaces a group.</summary>
    public void AddGroup(GroupSummary group)
    {
        lock (_gate)
        {
            _groups[group.Name] = group;
        }
    }

    /// <summary>Sets the last message of a conversation; null if it has none to show.</summary>
    public bool SetLast(Conversation conversation, ChatMessage? message)
    {
        lock (_gate)
        {
            var hadOther = !_last.TryGetValue(conversation, out var before) || before != message;
            _last[conversation] = message;
            return hadOther;
        }
    }

    /// <summary>Counts an insult, or forgets all that were counted.</summary>
    public void CountInsult(bool isRead)
    {
        lock (_gate)
        {
            _freshInsults = isRead ? 0 : _freshInsults + 1;
        }
    }

    private bool Change<T>(ref Dictionary<string, T> field, Dictionary<string, T> value)
    {
        lock (_gate)
        {
            var before = field;
            field = value;
            return before.Count != value.Count || value.Any(entry => !before.TryGetValue(entry.Key, out var old) || !Equals(old, entry.Value));
        }
    }

    private ConversationItem Describe(Conversation conversation)
    {
        var last = _last.GetValueOrDefault(conversation);
        var (chat, group) = conversation.Kind switch
        {
            ConversationKind.User => (_chats.GetValueOrDefault(conversation.Name), (GroupSummary?)null),
            ConversationKind.Group => (null, _groups.GetValueOrDefault(conversation.Name)),
            _ => (null, null),
        };
        var isPrivate = conversation.Kind == ConversationKind.User;
        return new ConversationItem(
            conversation,
            conversation.Kind == ConversationKind.Insults ? "Insults" : conversation.Name,
            Unread(conversation, chat, group),
            Preview: last is null ? null : ConversationOrder.Preview(last),
            LastAt: last?.SentAt,
            IsOnline: isPrivate ? around.IsOnline(conversation.Name) : null,
            chat?.State,
            group?.Mode,
            IsJoined: conversation.Kind != ConversationKind.Group || group is { IsJoined: true },
            shared.IsMuted(conversation),
            HasDraft: shared.Draft(conversation).Length > 0);
    }

    private int Unread(Conversation conversation, ChatSummary? chat, GroupSummary? group) => conversation.Kind switch
    {
        ConversationKind.User => shared.IsBlocked(conversation.Name) ? 0 : chat?.Unread ?? 0,
        ConversationKind.Group => group?.Unread ?? 0,
        _ => _freshInsults,
    };
}
