using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    private const string Summaries = """
        SELECT name, state, unread,
            (SELECT sent_at FROM messages WHERE conversation = conversations.id ORDER BY local DESC LIMIT 1)
        FROM conversations WHERE kind = 0
        """;

    /// <summary>The private chats, the one with the most recent message first.</summary>
    public IReadOnlyList<ChatSummary> ListChats() => database.Read(connection =>
        connection.Command(Summaries + " ORDER BY 4 DESC NULLS LAST, name").ToList(Summary));

    /// <summary>The private chat with a user, or null if there never was one.</summary>
    public ChatSummary? FindChat(string user) => database.Read(connection =>
        connection.Command(Summaries + " AND name = $name", ("$name", user)).FirstOrDefault(Summary));

    /// <summary>The users who have asked for a chat and have no answer yet, the longest known first.</summary>
    public IReadOnlyList<string> ListAsked() => database.Read(connection => connection.Command(
        "SELECT name FROM conversations WHERE kind = 0 AND state = $asked ORDER BY id", ("$asked", (int)ChatState.Asked))
        .ToList(row => row.GetString(0)));

    /// <summary>Closes a private chat, drops the letters that wait for an answer, and forgets it if it has no messages.</summary>
    public Task CloseChatAsync(string user) => database.WriteAsync(connection =>
    {
        DropHeldOf(connection, user);
        _numbers.Forget();
        _seqs.Write(connection);
        connection.Command(
            "UPDATE conversations SET state = $closed WHERE kind = 0 AND name = $name",
            ("$name", user), ("$closed", (int)ChatState.Closed)).Run();
        return ForgetIfEmpty(connection, user);
    });

    /// <summary>Sets the state of a private chat, and adds the chat if it is new.</summary>
    public Task SetChatStateAsync(string user, ChatState state) => database.WriteAsync(connection => connection.Command(
        """
        INSERT INTO conversations (kind, name, state) VALUES (0, $name, $state)
        ON CONFLICT (kind, name) DO UPDATE SET state = excluded.state
        """,
        ("$name", user), ("$state", (int)state)).Run());

    // What was counted of the other user's messages may be there without a message: a double is counted, and not stored.
    private static int ForgetIfEmpty(HistoryConnection connection, string user)
    {
        var empty = connection.Command(
            """
            SELECT id FROM conversations WHERE kind = 0 AND name = $name AND last_seq = 0 AND state = $closed
                AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id)
                AND NOT EXISTS (SELECT 1 FROM held WHERE conversation = conversations.id)
            """,
            ("$name", user), ("$closed", (int)ChatState.Closed)).FirstOrDefault(row => row.GetInt64(0));
        connection.Command("DELETE FROM last_seqs WHERE conversation = $id", ("$id", empty)).Run();
        connection.Command("DELETE FROM read_marks WHERE conversation = $id", ("$id", empty)).Run();
        return connection.Command("DELETE FROM conversations WHERE id = $id", ("$id", empty)).Run();
    }

    private static ChatSummary Summary(SqliteDataReader row) => new(
        row.GetString(0),
        (ChatState)row.GetInt64(1),
        row.GetInt32(2),
        row.IsDBNull(3) ? null : row.Time(3));
}
