using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Window;

/// <summary>
/// The conversation that a window shows: the part of its messages that is loaded, from the newest backwards. At most
/// <see cref="MaxLoaded"/> are loaded; the far end is dropped and read again when it is wanted.
/// </summary>
internal sealed class OpenConversation
{
    /// <summary>The most messages that are loaded.</summary>
    public const int MaxLoaded = 300;

    private const int PageSize = 100;

    private readonly Lock _change = new();
    private readonly ChatWindow _window;
    private readonly ChatSession _session;
    private readonly SharedWindowState _shared;
    private readonly TimeProvider _time;
    private List<ChatMessage> _loaded = [];
    private IReadOnlyList<Row>? _rows;
    private Guid? _firstNew;
    private bool _isAtEnd = true;

    public OpenConversation(
        ChatWindow window, ChatSession session, SharedWindowState shared, TimeProvider time, Conversation conversation, int unread)
    {
        (_window, _session, _shared, _time, Conversation) = (window, session, shared, time, conversation);
        ReadEnd();
        _firstNew = FirstOf(unread);
    }

    /// <summary>The conversation.</summary>
    public Conversation Conversation { get; }

    /// <summary>Its name for people.</summary>
    public string Title => ChatWindow.TitleOf(Conversation);

    /// <summary>The rows, oldest first.</summary>
    public IReadOnlyList<Row> Rows
    {
        get
        {
            lock (_change)
            {
                return _rows ??= MessageRows.Build(_loaded, _firstNew, _time.GetLocalNow());
            }
        }
    }

    /// <summary>Whether older messages than the loaded ones exist.</summary>
    public bool HasEarlier { get; private set; }

    /// <summary>Whether newer messages than the loaded ones exist.</summary>
    public bool HasLater { get; private set; }

    /// <summary>How many messages have arrived below what is in view.</summary>
    public int NewBelow { get; private set; }

    /// <summary>Whether the newest message is in view, as the front end says; messages are read only then.</summary>
    public bool IsAtEnd
    {
        get => _isAtEnd && !HasLater;
        set
        {
            if (_isAtEnd == value)
            {
                return;
            }

            _isAtEnd = value;
            if (IsAtEnd)
            {
                NewBelow = 0;
                _window.Look();
            }
        }
    }

    /// <summary>The text that was begun here; it survives a reload.</summary>
    public string Draft
    {
        get => _shared.DraftOf(Conversation);
        set => _shared.SetDraft(Conversation, value);
    }

    /// <summary>Whether it makes no noise.</summary>
    public bool IsMuted
    {
        get => _shared.IsMuted(Conversation);
        set => _shared.Mute(Conversation, value);
    }

    /// <summary>What an empty conversation is for.</summary>
    public string Hint => Conversation.Kind switch
    {
        ConversationKind.User => $"No messages yet. Write the first one: {Conversation.Name} can answer at once.",
        ConversationKind.Group => "No messages yet. What you write reaches everybody in the group.",
        _ => "No insult has reached you yet. Send one: it reaches exactly one client.",
    };

    /// <summary>Loads older messages.</summary>
    public void LoadEarlier()
    {
        lock (_change)
        {
            if (!HasEarlier || _loaded.Count == 0)
            {
                return;
            }

            var older = Read(_loaded[0].Id);
            HasEarlier = older.Count == PageSize;
            _loaded.InsertRange(0, older.Where(IsShown));
            if (_loaded.Count > MaxLoaded)
            {
                _loaded.RemoveRange(MaxLoaded, _loaded.Count - MaxLoaded);
                HasLater = true;
            }

            _rows = null;
        }

        _window.Touch();
    }

    /// <summary>Loads the newest messages.</summary>
    public void JumpToEnd()
    {
        lock (_change)
        {
            if (HasLater)
            {
                ReadEnd();
            }

            NewBelow = 0;
        }

        _isAtEnd = true;
        _window.Look();
        _window.Touch();
    }

    /// <summary>Ends the division in old and new messages.</summary>
    public void ForgetNew()
    {
        lock (_change)
        {
            (_firstNew, _rows) = (null, null);
        }
    }

    /// <summary>Takes in a message that was stored.</summary>
    public void Add(ChatMessage message)
    {
        lock (_change)
        {
            if (!IsShown(message))
            {
                return;
            }

            if (message.IsOwn)
            {
                _firstNew = null;
            }

            if (!IsAtEnd && !message.IsOwn)
            {
                NewBelow++;
                _firstNew ??= message.Id;
            }

            // A message may be in the page that was just read.
            if (HasLater || _loaded.Exists(known => known.Id == message.Id && known.From == message.From))
            {
                return;
            }

            _loaded.Add(message);
            if (_loaded.Count > MaxLoaded)
            {
                _loaded.RemoveRange(0, _loaded.Count - MaxLoaded);
                HasEarlier = true;
            }

            _rows = null;
        }
    }

    /// <summary>Takes in a message's new state.</summary>
    public void Change(StateEvent change)
    {
        lock (_change)
        {
            var at = _loaded.FindLastIndex(message => message.Id == change.Id && message.From == change.From);
            if (at >= 0)
            {
                _loaded[at] = _loaded[at] with { State = change.State, Reason = change.Reason };
                _rows = null;
            }
        }
    }

    /// <summary>Reads everything again, after events were missed.</summary>
    public void Reload()
    {
        lock (_change)
        {
            ReadEnd();
        }
    }

    private void ReadEnd()
    {
        var newest = Read(before: null);
        _loaded = [.. newest.Where(IsShown)];
        HasEarlier = newest.Count == PageSize;
        HasLater = false;
        _rows = null;
    }

    private bool IsShown(ChatMessage message) => message.IsOwn || !_shared.IsBlocked(message.From);

    private Guid? FirstOf(int unread) => unread <= 0
        ? null
        : _loaded.Where(message => !message.IsOwn).TakeLast(unread).Select(message => (Guid?)message.Id).FirstOrDefault();

    private IReadOnlyList<ChatMessage> Read(Guid? before)
    {
        try
        {
            return Conversation.Kind switch
            {
                ConversationKind.User => _session.ReadChat(Conversation.Name, PageSize, before),
                ConversationKind.Group => _session.ReadGroup(Conversation.Name, PageSize, before),
                _ => _session.ReadInsults(PageSize, before),
            };
        }
        catch (ChatException e) when (e.Fault == ChatFault.NotFound)
        {
            // A chat begins with its first message.
            return [];
        }
    }
}
