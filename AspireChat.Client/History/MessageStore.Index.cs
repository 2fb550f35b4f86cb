using AspireChat.Client.Faults;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    // What one write adds to the index: some milliseconds, in which nothing else is stored.
    private const int IndexedAtOnce = 500;
    private const int BytesIndexedAtOnce = 128 * 1024;

    /// <summary>Rings after messages were stored; for one listener.</summary>
    internal Bell Stored { get; } = new();

    /// <summary>
    /// Adds the words of the oldest messages above the mark to the index, as many as fit into a short write, and raises the mark.
    /// </summary>
    /// <returns>Whether there may be more above it.</returns>
    internal async Task<bool> IndexMoreAsync() =>
        HasMoreToIndex() && await database.WriteAsync(connection =>
        {
            var mark = IndexedThrough(connection);

            // The first message is always included.
            var through = connection.Command(
                """
                SELECT max(local) FROM (
                  SELECT local, sum(size) OVER (ORDER BY local) - size AS before FROM (
                    SELECT local, octet_length(text) AS size FROM messages WHERE local > $mark ORDER BY local LIMIT $count))
                WHERE before < $bytes
                """,
                ("$mark", mark), ("$count", IndexedAtOnce), ("$bytes", BytesIndexedAtOnce))
                .FirstOrDefault(row => row.IsDBNull(0) ? mark : row.GetInt64(0));
            if (through == mark)
            {
                return false;
            }

            connection.Command(
                "INSERT INTO words (rowid, text) SELECT local, text FROM messages WHERE local > $mark AND local <= $through ORDER BY local",
                ("$mark", mark), ("$through", through)).Run();
            return connection.Command("UPDATE words_mark SET through = $through", ("$through", through)).Run() > 0;
        });

    private bool HasMoreToIndex() => database.Read(connection => connection.Command(
        "SELECT 1 FROM messages WHERE local > (SELECT through FROM words_mark) LIMIT 1").FirstOrDefault(_ => true));

    private static long IndexedThrough(HistoryConnection connection) =>
        connection.Command("SELECT through FROM words_mark").FirstOrDefault(row => row.GetInt64(0));

    // The number of a message that was deleted last is given to the next one, whose words are not in the index.
    internal static void LowerMark(HistoryConnection connection) => connection.Command(
        "UPDATE words_mark SET through = min(through, (SELECT coalesce(max(local), 0) FROM messages))").Run();

    // The index must be told the text of a message that will be deleted, since it keeps none itself.
    private static void ForgetWords(HistoryConnection connection, string fingerprint, Guid id) => connection.Command(
        $"""
        INSERT INTO words (words, rowid, text) SELECT 'delete', local, text FROM messages
        {One} AND state = {(int)MessageState.Held} AND local <= (SELECT through FROM words_mark)
        """,
        ("$fingerprint", fingerprint), ("$id", Sql.Bytes(id))).Run();
}
