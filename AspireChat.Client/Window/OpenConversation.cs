using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Window;

/// <summary>
/// The conversation that a window shows: a part of its messages, which moves with the user. Safe for concurrent use; what it
/// returns does not change.
/// </summary>
/// <remarks>
/// The history is the truth: an event only tells that there is something to read after the last message that is loaded, so
/// nothing can be shown twice, in another order, or never.
/// </remarks>
public sealed partial class OpenConversation
{
    /// <summary>How many messages are loaded at once.</summary>
    public const int PageSize = 100;

    private readonly ChatSession _session;
    private readonly SharedWindowState _shared;
    private readonly WindowLists _lists;
    private readonly Surroundings _around;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly Func<bool> _isWatched;

    // The first is held while the history is read, and then the second while the outcome is put in place.
    private readonly Lock _reading = new();
    private readonly Lock _gate = new();

    private readonly LoadedMessages _loaded = new();
    private ChatMessage? _firstNew;
    private string? _sought;
    private bool _isNewAbove;
    private int _endsAsked;
    private bool _isReadToEnd;
    private bool _isAtEnd = true;
    private int _newBelow;
    private (DateOnly Day, IReadOnlyList<Row> Rows)? _rows;

    /// <summary>Opens a conversation, without messages until <see cref="Reload"/>.</summary>
    internal OpenConversation(
        Conversation conversation,
        ChatSession session,
        SharedWindowState shared,
        WindowLists lists,
        Surroundings around,
        TimeProvider time,
        Action changed,
        Func<bool> isWatched)
    {
        Conversation = conversation;
        (_session, _shared, _lists, _around, _time, _changed, _isWatched) = (session, shared, lists, around, time, changed, isWatched);
    }

    /// <summary>Which one it is.</summary>
    public Conversation Conversation { get; }

    /// <summary>The other user, the group, or <c>Insults</c>.</summary>
    public string Title => Item.Title;

    /// <summary>A group's mode; null if it is no group, or one that this user is not subscribed to.</summary>
    public GroupMode? Mode => Item.Mode;

    /// <summary>How many members are in a group's room; null if that is not known.</summary>
    public int? Members => Conversation.Kind == ConversationKind.Group ? _lists.Members(Conversation.Name) : null;

    /// <summary>How many messages of a group's log are not shown because nobody can vouch for their senders.</summary>
    public long Unvouched => Conversation.Kind == ConversationKind.Group ? _lists.Unvouched(Conversation.Name) : 0;

    /// <summary>Who is in a group's room, in alphabetical order; empty if that is not known.</summary>
    public IReadOnlyList<GroupMember> Present => Conversation.Kind == ConversationKind.Group ? _lists.Present(Conversation.Name) : [];

    /// <summary>Whether texts can be sent: in a group, whether this user is in the room.</summary>
    public bool IsJoined => Item.IsJoined;

    /// <summary>The state of a private chat; null if there is none yet.</summary>
    public ChatState? ChatState => Item.ChatState;

    /// <summary>Whether the other user of a private chat is online; null if that is not known.</summary>
    public bool? IsOnline => Item.IsOnline;

    /// <summary>The rows: days, the divider, gaps and messages, without those of blocked users.</summary>
    public IReadOnlyList<Row> Rows
    {
        get
        {
            var now = _time.GetUtcNow();
            var today = MessageRows.DayOf(now, _time.LocalTimeZone);
            lock (_gate)
            {
                if (_rows is not { } made || made.Day != today)
                {
                    made = (today, MessageRows.Build(Visible, _firstNew is null ? null : MessageRows.KeyOf(_firstNew), now, _time.LocalTimeZone));
                    _rows = made;
                }

                return made.Rows;
            }
        }
    }

    /// <summary>The key of the row that was looked for, for example a search's hit; null if none was.</summary>
    public string? Sought => InTurn(() => _sought);

    /// <summary>Whether the divider is above all that was loaded yet; <see cref="JumpToNewAsync"/> goes there.</summary>
    public bool HasNewAbove => InTurn(() => _isNewAbove);

    /// <summary>How often the end was asked for: with each time more the front end brings it into view.</summary>
    public int EndsAsked => InTurn(() => _endsAsked);

    /// <summary>Whether there are older messages than those loaded.</summary>
    public bool HasEarlier => InTurn(() => _loaded.HasEarlier);

    /// <summary>Whether there are newer messages than those loaded.</summary>
    public bool HasLater => InTurn(() => _loaded.HasLater);

    /// <summary>How many messages of others came while the end was not in view.</summary>
    public int NewBelow => InTurn(() => _newBelow);

    /// <summary>Whether the end of the conversation is in view, as the front end says; true at first.</summary>
    public bool IsAtEnd
    {
        get => InTurn(() => _isAtEnd);
        set
        {
            var isOther = InTurn(() =>
            {
                var was = (_isAtEnd, _newBelow);
                _isAtEnd = value && !_loaded.HasLater;
                _newBelow = _isAtEnd ? 0 : _newBelow;
                return was != (_isAtEnd, _newBelow);
            });
            if (isOther)
            {
                _changed();
            }
        }
    }

    /// <summary>The begun text; kept when the window closes.</summary>
    public string Draft
    {
        get => _shared.Draft(Conversation);
        set => _shared.SetDraft(Conversation, value);
    }

    /// <summary>Whether the user wants no notice of new messages here.</summary>
    public bool IsMuted => _shared.IsMuted(Conversation);

    /// <summary>A sentence for an empty pane; null if there is a message.</summary>
    public string? Hint => InTurn(() => Visible.Any())
        ? null
        : WindowSentences.Hint(Item, Conversation.Kind == ConversationKind.User && _shared.IsBlocked(Conversation.Name));

    /// <summary>Why own messages wait: a server or the other user is away; null if none waits for that.</summary>
    public string? Waiting => WindowSentences.Waiting(
        Conversation,
        Mode,
        InTurn(() => _loaded.All.Any(message => message is { IsOwn: true, State: MessageState.Sending })),
        _around.Connections,
        IsOnline);

    private ConversationItem Item => _lists.Find(Conversation);

    private IEnumerable<ChatMessage> Visible => _loaded.All.Where(message => message.IsOwn || !_shared.IsBlocked(message.From));

    private T InTurn<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
