using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>What was taken out of this user's mailbox, and what of it is held.</summary>
public sealed partial class MessageStore
{
    /// <summary>How long a letter that was taken is remembered; none waits in a mailbox longer.</summary>
    public static readonly TimeSpan LettersFor = TimeSpan.FromDays(30);

    /// <summary>Whether a letter was taken before.</summary>
    /// <param name="digest">Identifies the letter.</param>
    public bool HasTakenLetter(byte[] digest) => database.Read(connection =>
        connection.Command("SELECT 1 FROM letters WHERE digest = $digest", ("$digest", digest)).FirstOrDefault(_ => true));

    /// <summary>Remembers letters that were taken.</summary>
    public Task RememberLettersAsync(IReadOnlyList<byte[]> digests)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return database.WriteAsync(connection => digests.Sum(digest => connection.Command(
            "INSERT INTO letters (digest, taken) VALUES ($digest, $now) ON CONFLICT DO NOTHING", ("$digest", digest), ("$now", now)).Run()));
    }

    /// <summary>Forgets letters that were taken longer ago than one can wait.</summary>
    public Task ForgetOldLettersAsync()
    {
        var before = (time.GetUtcNow() - LettersFor).ToUnixTimeMilliseconds();
        return database.WriteAsync(connection => connection.Command("DELETE FROM letters WHERE taken < $before", ("$before", before)).Run());
    }

    /// <summary>Holds a letter once, however often it is delivered.</summary>
    /// <param name="user">The user who wrote it.</param>
    /// <param name="fingerprint">The key that signed it.</param>
    /// <param name="body">The letter.</param>
    /// <param name="maxOfKey">How many bytes of letters may be held per key.</param>
    /// <param name="maxOfAll">How many bytes of letters may be held in all.</param>
    /// <returns>False if there is no room for it now.</returns>
    public Task<bool> HoldLetterAsync(string user, string fingerprint, ReadOnlyMemory<byte> body, long maxOfKey, long maxOfAll)
    {
        var bytes = body.ToArray();
        return database.WriteAsync(connection =>
        {
            if (connection.Command(
                "SELECT 1 FROM held WHERE fingerprint = $fingerprint AND body = $body", ("$fingerprint", fingerprint), ("$body", bytes))
                .FirstOrDefault(_ => true))
            {
                return true;
            }

            var (ofKey, ofAll) = connection.Command(
                """
                SELECT total(size) FILTER (WHERE fingerprint = $fingerprint), total(size)
                FROM held JOIN conversations ON conversations.id = conversation WHERE kind = $kind AND tries < 3
                """,
                ("$fingerprint", fingerprint), ("$kind", (int)ConversationKind.User))
                .FirstOrDefault(row => (row.GetDouble(0), row.GetDouble(1)));
            var size = bytes.Length + HeldOverhead;
            return ofKey + size <= maxOfKey
                && ofAll + size <= maxOfAll
                && Hold(connection, _numbers.Of(connection, Conversation.With(user)), fingerprint, bytes, tries: 0);
        });
    }

    /// <summary>Whether a chat has messages of this user, for which there can be receipts.</summary>
    public bool HasOwn(Conversation chat) => database.Read(connection => connection.Command(
        "SELECT 1 FROM conversations WHERE kind = $kind AND name = $name AND last_seq > 0", Place(chat)).FirstOrDefault(_ => true));

    /// <summary>Drops a user's held letters.</summary>
    public Task DropHeldOfAsync(string user) => database.WriteAsync(connection => DropHeldOf(connection, user));

    /// <summary>The users of whom letters are held, the one held longest first.</summary>
    public IReadOnlyList<string> ListHeldChats() => database.Read(connection => connection.Command(
        """
        SELECT name FROM conversations JOIN held ON held.conversation = conversations.id
        WHERE kind = $kind AND tries < 3 GROUP BY name ORDER BY min(held.local)
        """,
        ("$kind", (int)ConversationKind.User)).ToList(row => row.GetString(0)));

    /// <summary>Drops a held letter, and the chat with its user if there is nothing else in it.</summary>
    public Task DropLetterAsync(string user, HeldBatch held) => database.WriteAsync(connection =>
    {
        DropHeld(connection, held.Local);
        _numbers.Forget();
        _seqs.Write(connection);
        return ForgetIfEmpty(connection, user);
    });

    private static int DropHeldOf(HistoryConnection connection, string user) => connection.Command(
        "DELETE FROM held WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)",
        Place(Conversation.With(user))).Run();
}
