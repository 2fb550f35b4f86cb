using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Session;

namespace AspireChat.Client.Window;

/// <summary>
/// One open window of this user, without its looks: what it shows and what can be done there. All members may be used from any
/// thread; what they return does not change. A refusal becomes a <see cref="Toast"/>, so no call throws for it.
/// </summary>
/// <remarks>
/// Names and the window's own sentences are safe to show. Texts, previews and reasons are as received: a front end cleans them.
/// </remarks>
internal sealed partial class ChatWindow : IAsyncDisposable
{
    // Enough for a slow reader of a sentence or two.
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(15);

    private readonly ChatSession _session;
    private readonly SharedWindowState _shared;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ChangeSignal _signal;
    private readonly Surroundings _around;
    private readonly WindowLists _lists;
    private readonly ToastList _toasts = new();
    private readonly KeyWarnings _warnings = new();
    private readonly SurveyProgress _survey;
    private readonly CancellationTokenSource _end = new();
    private readonly Bell _toRead = new();
    private readonly Bell _toAsk = new();
    private readonly Task _work;
    private readonly ToldOnce _told = new();
    private readonly Lock _showing = new();

    // The first hears of events before the second is on the screen: so no change is lost between the reading and the showing.
    private volatile OpenConversation? _watched;
    private volatile OpenConversation? _current;
    private IReadOnlyCollection<string> _blocked;
    private volatile bool _isWatched;
    private bool _isLoaded;
    private int _isDisposed;

    private ChatWindow(ChatSession session, SharedWindowState shared, TimeProvider time, ILogger logger)
    {
        (_session, _shared, _time, _logger) = (session, shared, time, logger);
        _signal = new ChangeSignal(() => Changed?.Invoke(), time, logger);
        _around = new Surroundings(session.Name);
        _lists = new WindowLists(_around, shared);
        _survey = new SurveyProgress(time);
        _blocked = shared.Blocked;
        shared.Changed += OnShared;

        // The work outlives the call that opened the window, so it must not be a part of that call's trace.
        using var flow = ExecutionContext.SuppressFlow();
        _work = Task.WhenAll(
            Task.Run(() => WatchAsync(_end.Token)), Task.Run(() => ReadListsAsync(_end.Token)), Task.Run(() => AskListsAsync(_end.Token)));
    }

    /// <summary>Something that this window shows has changed; in a burst once per 50 ms. Raised under no lock.</summary>
    public event Action? Changed;

    /// <summary>
    /// A message of another user has come, now; not of a blocked one or in a muted conversation. For a notice: what to show is in
    /// the lists. Raised under no lock, for one message after the other.
    /// </summary>
    public event Action<ChatMessage>? Arrived;

    /// <summary>A typed command asks for something that each front end shows in its own way, with words to begin with.</summary>
    public event Action<WindowQuestion, string>? Asked;

    /// <summary>This user's name.</summary>
    public string User => _session.Name;

    /// <summary>
    /// Whether somebody looks at this window, as the front end says; then what comes at the end of the shown conversation is read.
    /// False at first.
    /// </summary>
    public bool IsWatched
    {
        get => _isWatched;
        set
        {
            _isWatched = value;
            _toRead.Ring();
        }
    }

    /// <summary>Whether the lists have been read once.</summary>
    public bool IsLoaded => Volatile.Read(ref _isLoaded);

    /// <summary>
    /// Private chats, groups and the insult channel: what asks for attention first, then the most recent; the insult channel
    /// last. A shown conversation is listed even if it does not exist yet.
    /// </summary>
    public IReadOnlyList<ConversationItem> Conversations => _lists.Items(Current?.Conversation);

    /// <summary>Whether it is known who is online.</summary>
    public bool KnowsPeople => _around.IsKnown;

    /// <summary>
    /// The other users who are online, without blocked ones, in alphabetical order; while the name server is away those last known.
    /// </summary>
    public IReadOnlyList<PersonItem> People
    {
        get
        {
            var partners = _lists.Partners;
            return [.. _around.Online.Where(user => !IsBlocked(user)).Select(user => new PersonItem(user, partners.Contains(user)))];
        }
    }

    /// <summary>What the user must know about the connections, as a sentence; null when all is well.</summary>
    public string? Notice => WindowSentences.Notice(_around.Connections);

    /// <summary>Users who show another key than the known one.</summary>
    public IReadOnlyList<KeyWarning> KeyWarnings => _warnings.Shown;

    /// <summary>The conversation on the screen; null if there is none.</summary>
    public OpenConversation? Current => _current;

    /// <summary>The survey that runs, or the last one; null if there was none in this window, or if the last one could not be made.</summary>
    public Survey? Survey => _survey.Now;

    /// <summary>Errors and outcomes, the oldest first; at most <see cref="ToastList.Most"/>.</summary>
    public IReadOnlyList<Toast> Toasts => _toasts.Shown;

    /// <summary>How many messages are unread, without those of muted conversations.</summary>
    public int TotalUnread => Conversations.Where(item => !item.IsMuted).Sum(item => item.Unread);

    /// <summary>The first other conversation in the list that asks for attention; null if there is none.</summary>
    public Conversation? NextUnread
    {
        get
        {
            var shown = Current?.Conversation;
            return _lists.Items(shown).FirstOrDefault(item => item.IsWaiting && item.Conversation != shown)?.Conversation;
        }
    }

    /// <summary>Opens a window: it watches from now on and loads its lists in the background.</summary>
    /// <param name="session">The chat.</param>
    /// <param name="shared">What all windows of this client share.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public static ChatWindow Open(ChatSession session, SharedWindowState shared, TimeProvider time, ILogger logger) =>
        new(session, shared, time, logger);

    /// <summary>What can be typed at the caret of a line: commands, names, groups, modes.</summary>
    public IReadOnlyList<Completion> Complete(string line, int caret)
    {
        var items = _lists.Items(alsoShown: null);
        var online = _around.Online.ToHashSet(StringComparer.Ordinal);
        return Completions.Of(line, caret, new CompletionWords(
            online,
            [.. items.Where(item => item.Conversation.Kind == ConversationKind.User).Select(item => item.Title)],
            [.. items.Where(item => item.ChatState == ChatState.Asked).Select(item => item.Title)],
            _shared.Blocked,
            _lists.Groups));
    }

    /// <summary>Removes a toast.</summary>
    public void Dismiss(int toast)
    {
        _toasts.Dismiss(toast);
        _signal.Ring();
    }

    /// <summary>The warning about a user's key, shown or dismissed, until the key is trusted in this window; null if there is none.</summary>
    public KeyWarning? KeyWarningOf(string user) => _warnings.Find(user);

    /// <summary>Dismisses the warning about a user's key; the same warning is not shown again by itself.</summary>
    public void DismissWarning(string user)
    {
        _warnings.Show(user, isShown: false);
        _signal.Ring();
    }

    /// <summary>Shows a warning again that was dismissed.</summary>
    public void ShowWarning(string user)
    {
        _warnings.Show(user, isShown: true);
        _signal.Ring();
    }

    /// <summary>Stops watching; the window shows what it showed last.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _shared.Changed -= OnShared;
        await _end.CancelAsync();
        await _work;
        _signal.Dispose();
        _end.Dispose();
    }

    /// <summary>Asks the front end to show something.</summary>
    internal void Ask(WindowQuestion question, string words) => Asked?.Invoke(question, words);

    private void Announce(ChatMessage message)
    {
        if (!message.IsOwn && !_shared.IsBlocked(message.From) && !_shared.IsMuted(message.Conversation))
        {
            Arrived?.Invoke(message);
        }
    }

    private void Say(string sentence, bool isError = false)
    {
        var toast = _toasts.Add(sentence, isError);
        _signal.Ring();
        if (!isError)
        {
            _ = DismissLaterAsync(toast);
        }
    }

    // An error stays until it is dismissed; an outcome has been read by then.
    private async Task DismissLaterAsync(int toast)
    {
        await Task.Delay(Reading, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_isDisposed == 0)
        {
            Dismiss(toast);
        }
    }

    // Drafts, muted conversations, blocked users, or marks of another window.
    private void OnShared()
    {
        var blocked = _shared.Blocked;
        if (!blocked.SequenceEqual(Interlocked.Exchange(ref _blocked, blocked)))
        {
            _watched?.Rebuild();
            Volatile.Write(ref _everything, true);
        }

        _toRead.Ring();
        _signal.Ring();
    }
}
