using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;
using AspireChat.Client.Window;

namespace AspireChat.Client.Page;

/// <summary>One open page: the window that it shows, and what is open beside the conversation.</summary>
internal sealed class PageWindow : IAsyncDisposable
{
    private readonly SentLines _lines;
    private bool _isConnected = true;

    public PageWindow(ChatSession session, SharedWindowState shared, SentLines lines, TimeProvider time, ILogger<PageWindow> logger)
    {
        Window = ChatWindow.Open(session, shared, time, logger);
        Window.Asked += Answer;
        _lines = lines;
    }

    /// <summary>What the page shows has changed for a reason of its own.</summary>
    public event Action? Changed;

    /// <summary>The window.</summary>
    public ChatWindow Window { get; }

    /// <summary>What lies over the page.</summary>
    public Dialog Dialog { get; private set; }

    /// <summary>The column that a narrow screen shows.</summary>
    public Column Column { get; private set; }

    /// <summary>The words that the search was opened with.</summary>
    public string Words { get; private set; } = "";

    /// <summary>Whether the user has left the chat here.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Whether the page is in view, as its browser says.</summary>
    public bool IsSeen { get; private set; }

    /// <summary>Whether the browser is connected; without it nobody sees the page, so nothing becomes read.</summary>
    public void Connect(bool isConnected)
    {
        // After the return the browser says anew whether it is in view.
        (_isConnected, IsSeen) = (isConnected, false);
        Window.IsWatched = _isConnected && IsSeen;
    }

    /// <summary>Whether the page is in view in its browser; while it is hidden, nothing becomes read.</summary>
    public void See(bool isSeen)
    {
        IsSeen = isSeen;
        Window.IsWatched = _isConnected && IsSeen;
    }

    /// <summary>Shows a dialog, or none.</summary>
    public void Show(Dialog dialog, string words = "")
    {
        (Dialog, Words) = (dialog, words);
        Changed?.Invoke();
    }

    /// <summary>Shows a column on a narrow screen.</summary>
    public void Show(Column column)
    {
        Column = column;
        Changed?.Invoke();
    }

    /// <summary>Shows a conversation.</summary>
    public Task OpenAsync(Conversation conversation) => OpenAsync(window => window.ShowAsync(conversation));

    /// <summary>Shows the private chat with a user.</summary>
    public Task WriteToAsync(string user) => OpenAsync(window => window.WriteToAsync(user));

    /// <summary>Does what shows a conversation in the end, in place of dialogs and lists.</summary>
    public Task OpenAsync(Func<ChatWindow, Task> act)
    {
        (Dialog, Column) = (Dialog.None, Column.Conversation);
        return DoAsync(act);
    }

    /// <summary>Does what shows a conversation in the end; a dialog stays until it is done, and stays if it is not.</summary>
    /// <returns>Whether it is done.</returns>
    public async Task<bool> TryOpenAsync(Func<ChatWindow, Task<bool>> act)
    {
        var isDone = false;
        await DoAsync(async window =>
        {
            isDone = await act(window);
            (Dialog, Column) = isDone ? (Dialog.None, Column.Conversation) : (Dialog, Column);
        });
        return isDone;
    }

    /// <summary>Takes the last error out of the toasts, to say it in a dialog: what lies behind a dialog cannot be used.</summary>
    public string? TakeError()
    {
        if (Window.Toasts.LastOrDefault(toast => toast.IsError) is not { } error)
        {
            return null;
        }

        Window.Dismiss(error.Id);
        return error.Sentence;
    }

    /// <summary>Does what the user wants.</summary>
    public async Task DoAsync(Func<ChatWindow, Task> act)
    {
        // A trace of the user's act begins with the act, not with the connection of the page.
        Activity.Current = null;
        await act(Window);
        Changed?.Invoke();
    }

    /// <summary>Does what a typed line says, once; see <see cref="SentLines"/>.</summary>
    public Task<bool> TakeAsync(string id, Conversation to, string line) => _lines.Take(id, to, () => RunAsync(to, line, Guid.TryParse(id, out var message) ? message : null));

    /// <summary>Says that the user leaves the chat.</summary>
    public void Leave()
    {
        (HasLeft, Dialog) = (true, Dialog.None);
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Window.DisposeAsync();

    private async Task<bool> RunAsync(Conversation to, string line, Guid? id)
    {
        var isDone = true;
        if (to == Conversation.Insults && line.Trim() is "")
        {
            await DoAsync(window => window.InsultAsync(null, id));
        }
        else if (line.Trim() is not "")
        {
            await DoAsync(async window => isDone = await window.RunAsync(to, line, id));
        }

        if (!isDone)
        {
            // Its box may not be on the screen any more; if it is, it does the same.
            Window.KeepDraft(to, line);
        }

        return isDone;
    }

    private void Answer(WindowQuestion question, string words) => Show(
        question switch
        {
            WindowQuestion.Discovery => Dialog.Discovery,
            WindowQuestion.Search => Dialog.Search,
            WindowQuestion.Help => Dialog.Help,
            _ => Dialog.Exit,
        },
        words);
}
