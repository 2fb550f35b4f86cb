using AspireChat.Client.Chat;

namespace AspireChat.Client.Session;

/// <summary>
/// What a window reads that shows a part of a conversation and moves in it. It asks for what it has listed, so there are no
/// refusals: what is not known has no messages.
/// </summary>
internal sealed partial class ChatSession
{
    /// <summary>The newest messages of a conversation, oldest first; of the insult channel only received ones.</summary>
    /// <param name="conversation">The conversation; one that is not known has no messages.</param>
    /// <param name="limit">The most messages, 1 to <see cref="PageLimits.Max"/>.</param>
    public IReadOnlyList<ChatMessage> ReadNewest(Conversation conversation, int limit) => store.ReadNewest(conversation, CheckPage(limit));

    /// <summary>The messages right before one of the same conversation, oldest first.</summary>
    /// <param name="before">A message that this session returned.</param>
    /// <param name="limit">The most messages, 1 to <see cref="PageLimits.Max"/>.</param>
    public IReadOnlyList<ChatMessage> ReadEarlier(ChatMessage before, int limit) => store.ReadEarlier(before, CheckPage(limit));

    /// <summary>The messages right after one of the same conversation, oldest first.</summary>
    /// <param name="after">A message that this session returned.</param>
    /// <param name="limit">The most messages, 1 to <see cref="PageLimits.Max"/>.</param>
    public IReadOnlyList<ChatMessage> ReadLater(ChatMessage after, int limit) => store.ReadLater(after, CheckPage(limit));

    /// <summary>The oldest unread message of others in a private chat or group; null if there is none.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="except">Users whose messages do not count.</param>
    public ChatMessage? FindFirstUnread(Conversation conversation, IReadOnlyCollection<string> except) =>
        store.FindFirstUnread(conversation, except);

    /// <summary>How many messages of others are unread in a private chat or group.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="except">Users whose messages do not count.</param>
    public int CountUnread(Conversation conversation, IReadOnlyCollection<string> except) => store.CountUnread(conversation, except);
}
