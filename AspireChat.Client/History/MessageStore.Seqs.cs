using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>
/// The seqs of private messages that left before they were committed. Their receiver may hold some that this history lacks,
/// because the process was killed or the disk failed; no seq of those is used again.
/// </summary>
public sealed partial class MessageStore
{
    /// <summary>Waits until all changes so far are committed.</summary>
    public Task SettleAsync() => database.WriteAsync(_ => true);

    /// <summary>The highest seq among a key's messages in a private chat, and the id of that message; default if there is none.</summary>
    public (long Seq, Guid? Id) LastHeld(Conversation chat, string fingerprint) => database.Read(connection => connection.Command(
        """
        SELECT seq, last_seqs.id FROM last_seqs JOIN conversations ON conversations.id = conversation
        WHERE kind = $kind AND name = $name AND fingerprint = $fingerprint
        """,
        [.. Place(chat), ("$fingerprint", fingerprint)])
        .FirstOrDefault(row => (row.GetInt64(0), row.IsDBNull(1) ? (Guid?)null : row.Id(1))));

    /// <summary>
    /// Continues above the seqs that the receiver of this user's messages holds. What this process has numbered so far moves up, too.
    /// </summary>
    /// <param name="to">The private chat.</param>
    /// <param name="held">The highest seq that the receiver holds.</param>
    /// <param name="id">The id of that message, if the receiver tells it.</param>
    /// <param name="believed">How far above the last seq known here the receiver is believed.</param>
    /// <returns>How many messages of this user the receiver holds that are not in this history.</returns>
    public Task<long> NumberOnFromAsync(Conversation to, long held, Guid? id, long believed) => database.WriteAsync(connection =>
    {
        var conversation = _numbers.Of(connection, to);
        _seqs.Write(connection);
        var last = connection.Statement("SELECT last_seq FROM conversations WHERE id = ?1").Bind(1, conversation).Number() ?? 0;
        var first = _seqs.First(conversation) ?? last + 1;
        var lacking = held - first + 1;
        if (lacking <= 0 || held - last > believed || (id is { } known ? IsKnown(connection, known) : held <= last))
        {
            return 0;
        }

        connection.Command(
            "UPDATE messages SET seq = seq + $lacking WHERE conversation = $id AND sender = 0 AND seq >= $first",
            ("$lacking", lacking), ("$id", conversation), ("$first", first)).Run();
        connection.Command(
            "UPDATE conversations SET last_seq = last_seq + $lacking WHERE id = $id", ("$lacking", lacking), ("$id", conversation)).Run();
        return lacking;
    });

    private static bool IsKnown(HistoryConnection connection, Guid id) =>
        connection.Command($"SELECT 1 FROM messages WHERE {IsOwn}", ("$id", Sql.Bytes(id))).FirstOrDefault(_ => true);
}
