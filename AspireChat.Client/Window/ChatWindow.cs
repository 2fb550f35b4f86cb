using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Session;

namespace AspireChat.Client.Window;

/// <summary>
/// One window of this user: what it shows and what can be done in it, without any user interface. Everything may be called
/// from any thread. Texts of others are as received; a front end makes them safe before it shows them.
/// </summary>
internal sealed partial class ChatWindow : IAsyncDisposable
{
    // A burst of events is drawn together.
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(50);

    // After the events were missed, or a watcher could not be added.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // How often drafts are written, and the members of groups counted again.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly Lock _change = new();
    private readonly ChatSession _session;
    private readonly SharedWindowState _shared;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Bell _bell = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;

    private ChatWindow(ChatSession session, SharedWindowState shared, TimeProvider time, ILogger logger)
    {
        (_session, _shared, _time, _logger) = (session, shared, time, logger);
        _shared.Changed += Touch;

        // The loops outlive the call that opened the window, so they must not inherit its trace.
        using var flow = ExecutionContext.SuppressFlow();
        _running = Task.WhenAll(Task.Run(WatchAsync), Task.Run(DrawAsync), Task.Run(BeatAsync));
    }

    /// <summary>Something that a front end shows has changed; at most one call in 50 ms.</summary>
    public event Action? Changed;

    /// <summary>This user's name.</summary>
    public string User => _session.Name;

    /// <summary>The conversation that is shown; null if none is.</summary>
    public OpenConversation? Current { get; private set; }

    /// <summary>Whether somebody looks at the window; without that nothing becomes read.</summary>
    public bool IsWatched
    {
        get;
        set
        {
            field = value;
            Look();
        }
    } = true;

    /// <summary>Opens a window.</summary>
    public static ChatWindow Open(ChatSession session, SharedWindowState shared, TimeProvider time, ILogger logger) =>
        new(session, shared, time, logger);

    /// <summary>The name of a conversation for people.</summary>
    public static string TitleOf(Conversation conversation) => conversation.Kind switch
    {
        ConversationKind.Group => $"# {conversation.Name}",
        ConversationKind.Insults => "Insults",
        _ => conversation.Name,
    };

    /// <summary>Shows a conversation.</summary>
    public void Show(Conversation conversation)
    {
        Current = new OpenConversation(this, _session, _shared, _time, conversation, UnreadOf(conversation));
        Present = [];
        if (conversation.Kind == ConversationKind.Group)
        {
            _ = TryAsync(ReadGroupsAsync);
        }

        Look();
        Touch();
    }

    /// <summary>Shows no conversation.</summary>
    public void Close()
    {
        Current = null;
        Touch();
    }

    /// <summary>Reports that something has changed.</summary>
    public void Touch() => _bell.Ring();

    /// <summary>Marks the shown conversation as read if its end is in view.</summary>
    public void Look()
    {
        if (IsWatched && Current is { IsAtEnd: true } open)
        {
            _ = MarkReadAsync(open.Conversation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _shared.Changed -= Touch;
        await _closing.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _shared.Save();
        _closing.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                // From here on no event is missed, so what is read afterwards is complete.
                await using var events = _session.Watch(_closing.Token).GetAsyncEnumerator(_closing.Token);
                var next = events.MoveNextAsync();
                await ReadAllAsync();
                while (await next)
                {
                    Take(events.Current);
                    Touch();
                    next = events.MoveNextAsync();
                }
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (ChatException)
            {
                // This window fell behind, or there are too many watchers.
            }
            catch (Exception e)
            {
                Log.NotWatched(_logger, e);
            }

            await Task.Delay(Pause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DrawAsync()
    {
        try
        {
            while (true)
            {
                await _bell.WaitAsync(_closing.Token);
                Changed?.Invoke();
                await Task.Delay(Calm, _time, _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The window is closed.
        }
    }

    // What no event tells: how many are in a room.
    private async Task BeatAsync()
    {
        try
        {
            using var beat = new PeriodicTimer(Beat, _time);
            while (await beat.WaitForNextTickAsync(_closing.Token))
            {
                _shared.Save();
                if (Current is { Conversation.Kind: ConversationKind.Group })
                {
                    await ReadGroupsAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The window is closed.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A window could not follow the events; it reads everything again", EventName = "WindowNotWatching")]
        public static partial void NotWatched(ILogger logger, Exception exception);
    }
}
