using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>
/// What this user has not read, of chats and groups alike: a mark per conversation up to which everything is read, and a
/// count of what others said behind it. No row of a message changes, so a million unread ones cost as much as one.
/// </summary>
public sealed partial class MessageStore
{
    // Whether the mark has passed a message. Rows that were marked before there was a mark lie behind it, in state read.
    private const string IsRead = "fingerprint <> '' AND local <= read_local";

    /// <summary>How many messages of others in a conversation are not read; 0 if it is not known.</summary>
    public int CountUnread(Conversation conversation) => database.Read(connection => connection.Command(
        "SELECT unread FROM conversations WHERE kind = $kind AND name = $name", Place(conversation))
        .FirstOrDefault(row => row.GetInt32(0)));

    /// <summary>Marks others' messages of a conversation as read.</summary>
    /// <returns>True if one was not read before.</returns>
    public Task<bool> MarkReadAsync(Conversation conversation) => database.WriteAsync(connection =>
    {
        var marked = connection.Command(
            """
            UPDATE conversations
            SET unread = 0, read_local = (SELECT max(local) FROM messages WHERE conversation = conversations.id)
            WHERE kind = $kind AND name = $name AND unread > 0 RETURNING id
            """,
            Place(conversation)).FirstOrDefault(row => (long?)row.GetInt64(0));
        if (marked is not { } id)
        {
            return false;
        }

        connection.Command(
            "UPDATE read_marks SET read_through = max(read_through, stored_through) WHERE conversation = $id", ("$id", id)).Run();
        return true;
    });

    /// <summary>How far this user has read what the holder of a key said in a private chat; 0 if nothing.</summary>
    public long ReadThrough(Conversation chat, string fingerprint) => database.Read(connection => connection.Command(
        """
        SELECT read_through FROM read_marks JOIN conversations ON conversations.id = conversation
        WHERE kind = $kind AND name = $name AND fingerprint = $fingerprint
        """,
        [.. Place(chat), ("$fingerprint", fingerprint)])
        .FirstOrDefault(row => row.GetInt64(0)));

    private static ChatMessage AsRead(ChatMessage message, bool isRead) =>
        isRead && MessageStates.After(message.State).Contains(MessageState.Read) ? message with { State = MessageState.Read } : message;

    // Insults are not counted: they are told as they come.
    private static void AddUnread(
        SqliteConnection connection, Conversation conversation, string fingerprint, List<ChatMessage> fresh)
    {
        if (fresh.Count == 0 || conversation.Kind == ConversationKind.Insults)
        {
            return;
        }

        var id = connection.Command(
            "UPDATE conversations SET unread = unread + $count WHERE kind = $kind AND name = $name RETURNING id",
            [.. Place(conversation), ("$count", fresh.Count)]).FirstOrDefault(row => row.GetInt64(0));

        // Who says something in a group is not told who has read it.
        if (conversation.Kind == ConversationKind.User)
        {
            connection.Command(
                """
                INSERT INTO read_marks (conversation, fingerprint, read_through, stored_through) VALUES ($id, $fingerprint, 0, $seq)
                ON CONFLICT DO UPDATE SET stored_through = max(stored_through, excluded.stored_through)
                """,
                ("$id", id), ("$fingerprint", fingerprint), ("$seq", fresh.Max(message => message.Seq))).Run();
        }
    }
}
