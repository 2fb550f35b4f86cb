using System.Diagnostics;
using AspireChat.Client.Session;
using AspireChat.Client.Window;

namespace AspireChat.Client.Page;

/// <summary>One open page: the window that it shows, and what is open beside the conversation.</summary>
internal sealed class PageWindow : IAsyncDisposable
{
    public PageWindow(ChatSession session, SharedWindowState shared, TimeProvider time, ILogger<PageWindow> logger)
    {
        Window = ChatWindow.Open(session, shared, time, logger);
        Window.Asked += Answer;
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
    public Task OpenAsync(Chat.Conversation conversation) => DoAsync(window =>
    {
        (Dialog, Column) = (Dialog.None, Column.Conversation);
        window.Show(conversation);
        return Task.CompletedTask;
    });

    /// <summary>Does what the user wants.</summary>
    public async Task DoAsync(Func<ChatWindow, Task> act)
    {
        // A trace of the user's act begins with the act, not with the connection of the page.
        Activity.Current = null;
        await act(Window);
        Changed?.Invoke();
    }

    /// <summary>Says that the user leaves the chat.</summary>
    public void Leave()
    {
        (HasLeft, Dialog) = (true, Dialog.None);
        Changed?.Invoke();
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Window.DisposeAsync();
}

/// <summary>What lies over the page.</summary>
internal enum Dialog
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The switcher: conversations, people and commands by a few letters.</summary>
    Switcher,

    /// <summary>The shortcuts and commands.</summary>
    Help,

    /// <summary>The search in the history.</summary>
    Search,

    /// <summary>A new group, or one to join.</summary>
    Group,

    /// <summary>Who is there, by a survey.</summary>
    Discovery,

    /// <summary>How somebody else joins this chat.</summary>
    Invitation,

    /// <summary>Whether to leave the chat.</summary>
    Exit,
}

/// <summary>The columns of the page; a narrow screen shows one.</summary>
internal enum Column
{
    /// <summary>The conversations.</summary>
    List,

    /// <summary>The open conversation.</summary>
    Conversation,

    /// <summary>Who is in it, and what can be done with it.</summary>
    Details,
}
