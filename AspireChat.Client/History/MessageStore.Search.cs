using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>
/// Search: the index on disk finds messages up to its mark, and an index in memory, which splits texts into the same words, those
/// above it. So a message is found as soon as it is stored, although nothing is added to the index in its commit.
/// </summary>
public sealed partial class MessageStore
{
    // How many messages above the mark are looked at in one go, newest first; bounds the memory that it needs.
    private const int TailPage = 1_000;

    // Held insults may be another client's, and own insults are not shown by the list of insults either.
    private static readonly string IsFindable =
        $"messages.state <> {(int)MessageState.Held} AND (kind <> {(int)ConversationKind.Insults} OR sender <> 0)";

    /// <summary>
    /// Finds messages that contain all words, the newest first in the order in which they were stored, whatever their
    /// conversation: private chats, groups, and received insults.
    /// </summary>
    /// <param name="words">The words, of which the last one may be the beginning of a longer one.</param>
    /// <param name="limit">The maximum number of messages.</param>
    /// <param name="cancellationToken">Ends the search; one of a long history that is not indexed yet takes seconds.</param>
    public IReadOnlyList<FoundMessage> Search(SearchWords words, int limit, CancellationToken cancellationToken) =>
        database.Read<IReadOnlyList<FoundMessage>>(connection =>
        {
            // One view of the file: the mark may rise meanwhile.
            using var view = connection.BeginTransaction(deferred: true);
            var mark = IndexedThrough(connection);
            var found = FindInTail(connection, mark, words, limit, cancellationToken);
            found.AddRange(FindInIndex(connection, words, limit - found.Count));
            return InContext(connection, found, cancellationToken);
        });

    private static List<long> FindInIndex(HistoryConnection connection, SearchWords words, int limit) => connection.Command(
        $"""
        SELECT local FROM words
        CROSS JOIN messages ON local = words.rowid CROSS JOIN conversations ON conversations.id = conversation
        WHERE words MATCH $words AND {IsFindable} ORDER BY words.rowid DESC LIMIT $limit
        """,
        ("$words", words.Expression), ("$limit", limit)).ToList(row => row.GetInt64(0));

    private static List<long> FindInTail(
        HistoryConnection connection, long mark, SearchWords words, int limit, CancellationToken cancellationToken)
    {
        var found = new List<long>();
        var end = long.MaxValue;
        while (found.Count < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = connection.Command(
                $"""
                SELECT local, text FROM messages JOIN conversations ON conversations.id = conversation
                WHERE local > $mark AND local < $end AND {IsFindable} ORDER BY local DESC LIMIT $count
                """,
                ("$mark", mark), ("$end", end), ("$count", TailPage)).ToList(row => (Local: row.GetInt64(0), Text: row.GetString(1)));
            if (page.Count == 0)
            {
                break;
            }

            found.AddRange(Matching(page, words).Take(limit - found.Count));
            end = page[^1].Local;
        }

        return found;
    }

    // The tokenizer is that of the index on disk (SchemaSteps); a test compares what they find.
    private static List<long> Matching(List<(long Local, string Text)> page, SearchWords words)
    {
        using var memory = new HistoryConnection("Data Source=:memory:");
        memory.Open();
        memory.Command("CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2')").Run();
        using (var transaction = memory.BeginTransaction())
        {
            var insert = memory.Command("INSERT INTO words (rowid, text) VALUES ($local, $text)");
            var ofLocal = insert.Parameters.Add("$local", SqliteType.Integer);
            var ofText = insert.Parameters.Add("$text", SqliteType.Text);
            foreach (var (local, text) in page)
            {
                ofLocal.Value = local;
                ofText.Value = text;
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return memory.Command("SELECT rowid FROM words WHERE words MATCH $words ORDER BY rowid DESC", ("$words", words.Expression))
            .ToList(row => row.GetInt64(0));
    }

    private static List<FoundMessage> InContext(HistoryConnection connection, List<long> found, CancellationToken cancellationToken)
    {
        // Three statements for all hits: prepared once, bound per hit.
        const string Neighbours = "conversation = (SELECT conversation FROM messages WHERE local = $local)";
        var itself = SelectOne(connection, "local = $local");
        var before = SelectOne(connection, $"{Neighbours} AND local < $local ORDER BY local DESC");
        var after = SelectOne(connection, $"{Neighbours} AND local > $local ORDER BY local");
        var hits = new List<FoundMessage>(found.Count);
        foreach (var local in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hits.Add(new FoundMessage(ReadOne(itself, local)!, ReadOne(before, local), ReadOne(after, local)));
        }

        return hits;
    }

    private static SqliteCommand SelectOne(HistoryConnection connection, string which) => connection.Command(
        $"""
        SELECT {Sql.MessageColumns}, {IsRead}, kind, conversations.name FROM {Sql.Messages}
        WHERE {IsFindable} AND {which} LIMIT 1
        """,
        ("$local", 0L));

    private static ChatMessage? ReadOne(SqliteCommand select, long local)
    {
        select.Parameters["$local"].Value = local;
        using var row = select.ExecuteReader();
        return row.Read()
            ? AsRead(row.Message(new Conversation((ConversationKind)row.GetInt64(10), row.GetString(11))), row.GetBoolean(9))
            : null;
    }
}
