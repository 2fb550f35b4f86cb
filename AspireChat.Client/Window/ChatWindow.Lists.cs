using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private readonly Dictionary<Conversation, Known> _known = [];
    private readonly SortedSet<string> _online = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConnectionEvent> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeyWarning> _warnings = new(StringComparer.Ordinal);

    /// <summary>Whether the first lists have been read.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>The conversations: unread ones first, then by their last message, the insult channel last.</summary>
    public IReadOnlyList<ConversationItem> Conversations
    {
        get
        {
            lock (_change)
            {
                return
                [
                    .. _known.Select(known => ItemOf(known.Key, known.Value))
                        .OrderBy(item => item.Conversation.Kind == ConversationKind.Insults)
                        .ThenByDescending(item => item.Unread > 0 && !item.IsMuted)
                        .ThenByDescending(item => item.LastAt ?? DateTimeOffset.MinValue)
                        .ThenBy(item => item.Title, StringComparer.Ordinal),
                ];
            }
        }
    }

    /// <summary>The other users who are online, in alphabetical order; while the name server is away the last known ones.</summary>
    public IReadOnlyList<PersonItem> People
    {
        get
        {
            lock (_change)
            {
                return [.. _online.Select(user => new PersonItem(user, _known.ContainsKey(Conversation.With(user))))];
            }
        }
    }

    /// <summary>How many messages are unread in conversations that are not muted.</summary>
    public int TotalUnread => Conversations.Where(item => !item.IsMuted).Sum(item => item.Unread);

    /// <summary>The next conversation to read; null if all is read.</summary>
    public Conversation? NextUnread =>
        Conversations.FirstOrDefault(item => item.Unread > 0 && item.Conversation != Current?.Conversation)?.Conversation;

    /// <summary>The shown conversation as listed; null if it is new or none is shown.</summary>
    public ConversationItem? CurrentItem => Current is { } open ? Conversations.FirstOrDefault(item => item.Conversation == open.Conversation) : null;

    /// <summary>How many are in the room of the shown group; null if it is no group or the name server is away.</summary>
    public int? Members
    {
        get
        {
            lock (_change)
            {
                return Current is { } open && _known.TryGetValue(open.Conversation, out var known) ? known.Members : null;
            }
        }
    }

    /// <summary>Who is in the room of the shown group; empty if it is no group or the name server is away.</summary>
    public IReadOnlyList<GroupMember> Present { get; private set; } = [];

    /// <summary>Users whose key is not the known one.</summary>
    public IReadOnlyList<KeyWarning> KeyWarnings
    {
        get
        {
            lock (_change)
            {
                return [.. _warnings.Values];
            }
        }
    }

    /// <summary>What is not well, as a sentence; null if everything works.</summary>
    public string? Notice
    {
        get
        {
            lock (_change)
            {
                return ConnectionNotice.Of(_connections.Values);
            }
        }
    }

    /// <summary>Takes a warning away; it comes back when the other key is met again.</summary>
    public void DismissWarning(string user)
    {
        lock (_change)
        {
            _warnings.Remove(user);
        }

        Touch();
    }

    private ConversationItem ItemOf(Conversation conversation, Known known) => new(
        conversation,
        TitleOf(conversation),
        known.Unread,
        known.Preview,
        known.LastAt,
        conversation.Kind == ConversationKind.User ? _online.Contains(conversation.Name) : null,
        known.State,
        known.Mode,
        conversation.Kind != ConversationKind.Group || known.IsJoined,
        _shared.IsMuted(conversation),
        _shared.DraftOf(conversation).Length > 0);

    private int UnreadOf(Conversation conversation)
    {
        lock (_change)
        {
            return _known.TryGetValue(conversation, out var known) ? known.Unread : 0;
        }
    }

    private async Task ReadAllAsync()
    {
        ReadChats();
        await ReadGroupsAsync();
        await ReadPeopleAsync();
        var me = await _session.DescribeAsync(_closing.Token);
        lock (_change)
        {
            _known.TryAdd(Conversation.Insults, new Known());
            foreach (var (connection, state) in me.Connections)
            {
                _connections[connection] = new ConnectionEvent(connection, state, me.Details?.GetValueOrDefault(connection));
            }

            IsLoaded = true;
        }

        Current?.Reload();
        Touch();
    }

    private void ReadChats()
    {
        var chats = _session.ListChats();
        lock (_change)
        {
            foreach (var chat in chats)
            {
                var known = Entry(Conversation.With(chat.User));
                (known.State, known.Unread, known.LastAt) = (chat.State, chat.Unread, chat.LastAt ?? known.LastAt);
            }

            // A request without a message that was closed again is no conversation.
            foreach (var gone in _known.Keys.Where(key => key.Kind == ConversationKind.User).Except(chats.Select(chat => Conversation.With(chat.User))).ToList())
            {
                _known.Remove(gone);
            }
        }
    }

    private async Task ReadGroupsAsync()
    {
        var groups = await _session.ListGroupsAsync(_closing.Token);
        lock (_change)
        {
            foreach (var group in groups)
            {
                var known = Entry(Conversation.Of(group.Name));
                (known.Mode, known.Members, known.IsJoined, known.Unread) = (group.Mode, group.Members, group.IsJoined, group.Unread);
            }

            foreach (var gone in _known.Keys.Where(key => key.Kind == ConversationKind.Group).Except(groups.Select(group => Conversation.Of(group.Name))).ToList())
            {
                _known.Remove(gone);
            }
        }

        Present = await ReadPresentAsync();
        Touch();
    }

    private async Task<IReadOnlyList<GroupMember>> ReadPresentAsync()
    {
        try
        {
            return Current is { Conversation: { Kind: ConversationKind.Group, Name: var group } }
                ? await _session.ListMembersAsync(group, _closing.Token)
                : [];
        }
        catch (ChatException)
        {
            // The name server is away, which the notice says, or nobody is in the group any more.
            return [];
        }
    }

    private async Task ReadPeopleAsync()
    {
        try
        {
            var users = await _session.ListUsersAsync(_closing.Token);
            lock (_change)
            {
                _online.Clear();
                _online.UnionWith(users.Select(user => user.Name).Where(name => name != User && !_shared.IsBlocked(name)));
            }
        }
        catch (ChatException)
        {
            // The notice says that the name server is away.
        }
    }

    private Known Entry(Conversation conversation)
    {
        if (!_known.TryGetValue(conversation, out var known))
        {
            _known[conversation] = known = new Known();
        }

        return known;
    }

    private sealed class Known
    {
        public int Unread { get; set; }

        public string? Preview { get; set; }

        public DateTimeOffset? LastAt { get; set; }

        public ChatState? State { get; set; }

        public GroupMode? Mode { get; set; }

        public int? Members { get; set; }

        public bool IsJoined { get; set; }
    }
}
