using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Session;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Functional.Window;

/// <summary>Windows of clients in this process, and what they show in words.</summary>
internal static class WindowTestExtensions
{
    /// <summary>Opens a window and waits until it has read its lists.</summary>
    public static async Task<ChatWindow> OpenWindowAsync(this InProcessClient client)
    {
        var window = ChatWindow.Open(
            client.Services.GetRequiredService<ChatSession>(),
            client.Services.GetRequiredService<SharedWindowState>(),
            TimeProvider.System,
            client.Services.GetRequiredService<ILogger<ChatWindow>>());
        await Until.True($"{client.Name}'s window is loaded", () => window.IsLoaded);
        return window;
    }

    /// <summary>Stores another user's messages in a client without any event, as if a window had missed it.</summary>
    public static Task StoreSilentlyAsync(this InProcessClient client, string from, params IEnumerable<string> texts) =>
        client.StoreSilentlyAsync(Conversation.With(from), from, texts);

    /// <summary>As above, in any conversation.</summary>
    public static Task StoreSilentlyAsync(this InProcessClient client, Conversation conversation, string from, IEnumerable<string> texts) =>
        client.Services.GetRequiredService<MessageStore>().StoreReceivedAsync(
            conversation,
            from,
            new string('f', 64),
            [.. texts.Select((text, index) => new ReceivedMessage(Guid.NewGuid(), index + 1, text, DateTimeOffset.UtcNow, default))]);

    /// <summary>Types a line in the shown conversation.</summary>
    public static Task<bool> RunAsync(this ChatWindow window, string line) => window.RunAsync(window.Current?.Conversation, line);

    /// <summary>Says a text in the shown conversation.</summary>
    public static Task<bool> SendAsync(this ChatWindow window, string text) => window.RunAsync(text);

    /// <summary>Marks the shown conversation as read.</summary>
    public static Task<bool> MarkReadAsync(this ChatWindow window) => window.MarkReadAsync(window.Current!.Conversation);

    /// <summary>Leaves the shown group.</summary>
    public static Task<bool> LeaveAsync(this ChatWindow window) => window.LeaveAsync(window.Current?.Conversation);

    /// <summary>Unsubscribes from the shown group.</summary>
    public static Task<bool> UnsubscribeAsync(this ChatWindow window) => window.UnsubscribeAsync(window.Current?.Conversation);

    /// <summary>The conversation as listed, or null.</summary>
    public static ConversationItem? Item(this ChatWindow window, Conversation conversation) =>
        window.Conversations.SingleOrDefault(item => item.Conversation == conversation);

    /// <summary>The rows of the shown conversation: <c>day</c>, <c>new</c>, <c>gap</c>, or the message.</summary>
    public static IEnumerable<string> Shown(this ChatWindow window) => window.Current?.Rows.Select(row => row switch
    {
        DayRow => "day",
        NewRow => "new",
        GapRow => "gap",
        ShownMessage shown => $"{shown.Message.From}: {shown.Message.Text}",
        _ => row.ToString(),
    }) ?? [];

    /// <summary>The messages of the shown conversation.</summary>
    public static IEnumerable<string> Texts(this ChatWindow window) =>
        window.Current?.Rows.OfType<ShownMessage>().Select(shown => shown.Message.Text) ?? [];

    /// <summary>Waits until exactly these rows are shown.</summary>
    public static Task UntilShownAsync(this ChatWindow window, params IEnumerable<string> rows) =>
        Until.Sequence($"{window.User} sees the rows", rows, () => Task.FromResult(window.Shown()));

    /// <summary>Waits until a conversation is listed with this number of unread messages and this preview.</summary>
    public static Task UntilListedAsync(this ChatWindow window, Conversation conversation, int unread, string? preview) =>
        Until.Equal(
            $"{window.User} has {unread} unread messages in {conversation}",
            (unread, preview),
            () => Task.FromResult(window.Item(conversation) is { } item ? (item.Unread, item.Preview) : (-1, null)));

    /// <summary>Waits until these toasts are shown.</summary>
    public static Task UntilToastsAsync(this ChatWindow window, params IEnumerable<string> sentences) =>
        Until.Sequence($"{window.User} sees the toasts", sentences, () => Task.FromResult(window.Toasts.Select(toast => toast.Sentence)));
}
