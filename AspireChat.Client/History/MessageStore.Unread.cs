using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>
/// The unread messages of chats and groups: per conversation, a mark up to which everything is read, and a count of the
/// messages of others after it. No message row changes, so marking a million messages costs as much as marking one.
/// </summary>
public sealed partial class MessageStore
{
    // Whether the mark has passed a message. Rows marked as read before the mark existed lie before it, in state read.
    private const string IsRead = "sender <> 0 AND local <= read_local";

    /// <summary>How many messages of others in a conversation are unread; 0 if the conversation is not known.</summary>
    public int CountUnread(Conversation conversation) => database.Read(connection => connection.Command(
        "SELECT unread FROM conversations WHERE kind = $kind AND name = $name", Place(conversation))
        .FirstOrDefault(row => row.GetInt32(0)));

    /// <summary>Marks the messages of others in a conversation as read.</summary>
    /// <returns>True if at least one was unread.</returns>
    public Task<bool> MarkReadAsync(Conversation conversation) => database.WriteAsync(connection =>
    {
        var marked = connection.Command(
            "SELECT id FROM conversations WHERE kind = $kind AND name = $name AND unread > 0", Place(conversation))
            .FirstOrDefault(row => (long?)row.GetInt64(0));
        if (marked is not { } id)
        {
            return false;
        }

        connection.Command(
            """
            UPDATE conversations
            SET unread = 0, read_local = (SELECT max(local) FROM messages WHERE conversation = conversations.id) WHERE id = $id
            """,
            ("$id", id)).Run();

        // The sender of a group message is not told who has read it.
        if (conversation.Kind == ConversationKind.User)
        {
            connection.Command(
                """
                INSERT INTO read_marks (conversation, fingerprint, read_through)
                SELECT conversation, fingerprint, seq FROM last_seqs WHERE conversation = $id
                ON CONFLICT DO UPDATE SET read_through = max(read_through, excluded.read_through)
                """,
                ("$id", id)).Run();
        }

        return true;
    });

    /// <summary>The seq up to which this user has read the messages of a key's holder in a private chat; 0 if none.</summary>
    public long ReadThrough(Conversation chat, string fingerprint) => database.Read(connection => connection.Command(
        """
        SELECT read_through FROM read_marks JOIN conversations ON conversations.id = conversation
        WHERE kind = $kind AND name = $name AND fingerprint = $fingerprint
        """,
        [.. Place(chat), ("$fingerprint", fingerprint)])
        .FirstOrDefault(row => row.GetInt64(0)));

    private static ChatMessage AsRead(ChatMessage message, bool isRead) =>
        isRead && MessageStates.After(message.State).Contains(MessageState.Read) ? message with { State = MessageState.Read } : message;

    // Insults are not counted: they are shown as they arrive.
    private static void AddUnread(HistoryConnection connection, Conversation conversation, long id, int fresh)
    {
        if (fresh > 0 && conversation.Kind != ConversationKind.Insults)
        {
            connection.Statement("UPDATE conversations SET unread = unread + ?2 WHERE id = ?1").Bind(1, id).Bind(2, fresh).Run();
        }
    }
}
