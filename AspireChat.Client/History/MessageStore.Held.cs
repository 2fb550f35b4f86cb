using System.Text.Json;
using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>A held batch.</summary>
/// <param name="Local">Its place in the store.</param>
/// <param name="Fingerprint">The key that signed it; empty if it could not be read.</param>
public readonly record struct HeldBatch(long Local, string Fingerprint);

/// <summary>
/// Batches that cannot be decided on yet, as received: they are as safe here as in the broker's queue, and do not hold up
/// later batches of other senders. Batches that cannot be handled at all are set aside here.
/// </summary>
public sealed partial class MessageStore
{
    /// <summary>How often a held batch may fail for a reason of its own before it is set aside.</summary>
    public const int HeldTries = 3;

    /// <summary>
    /// What a batch counts in addition to its body, in bytes: the bounds in bytes thereby bound the number of batches too, and
    /// small batches cannot make the table long.
    /// </summary>
    public const int HeldOverhead = 1024;

    // Batches held for groups that this user has left are kept without taking room from the others, so the disk needs its own
    // bound, a multiple of theirs.
    private const int MaxOnDisk = 2;

    // The size of all batches that are set aside. The oldest are deleted first: an operator has had the most time to look at them.
    private const long MaxSetAside = 16 * 1024 * 1024;

    /// <summary>Holds a batch once, however often it is delivered.</summary>
    /// <param name="conversation">The conversation in which it arrived.</param>
    /// <param name="fingerprint">The key that signed it; empty if it could not be read.</param>
    /// <param name="body">The batch.</param>
    /// <param name="maxOfKey">How many bytes may be held per key.</param>
    /// <param name="maxOfAll">How many bytes may be held in all; for groups that are not joined, as many again.</param>
    /// <param name="joined">The groups that share these bounds because their held batches are being retried.</param>
    /// <param name="step">The step over the batch if it came from a group's log; it is taken in the same commit.</param>
    /// <returns>False if there is no room for it now.</returns>
    internal Task<bool> HoldAsync(
        Conversation conversation,
        string fingerprint,
        ReadOnlyMemory<byte> body,
        long maxOfKey,
        long maxOfAll,
        IEnumerable<string> joined,
        LogStep? step = null)
    {
        var bytes = body.ToArray();
        var size = bytes.Length + HeldOverhead;
        var sharing = JsonSerializer.Serialize(joined);
        return database.WriteAsync(connection =>
        {
            var id = _numbers.Of(connection, conversation);
            if (connection.Command(
                "SELECT 1 FROM held WHERE conversation = $id AND fingerprint = $fingerprint AND size = $size AND body = $body",
                ("$id", id), ("$fingerprint", fingerprint), ("$size", size), ("$body", bytes)).FirstOrDefault(_ => true))
            {
                return Taken();
            }

            var (ofKey, ofAll) = connection.Command(
                """
                SELECT total(size) FILTER (WHERE fingerprint = $fingerprint), total(size) FROM held WHERE tries < 3
                """,
                ("$fingerprint", fingerprint)).FirstOrDefault(row => (row.GetDouble(0), row.GetDouble(1)));
            if (ofAll + size > (double)maxOfAll * MaxOnDisk)
            {
                return false;
            }

            if (ofKey + size > maxOfKey || ofAll + size > maxOfAll)
            {
                var (leftOfKey, leftOfAll) = SizeOfLeft(connection, fingerprint, sharing);
                ofKey -= leftOfKey;
                ofAll -= leftOfAll;
            }

            return ofKey + size <= maxOfKey && ofAll + size <= maxOfAll && Hold(connection, id, fingerprint, bytes, tries: 0) && Taken();

            bool Taken()
            {
                if (step is { } taken)
                {
                    Take(connection, taken);
                }

                return true;
            }
        });
    }

    /// <summary>Whether any batch of a conversation is held.</summary>
    public bool HoldsAny(Conversation conversation) => database.Read(connection =>
        connection.Command($"SELECT 1 {HeldIn} LIMIT 1", Place(conversation)).FirstOrDefault(_ => true));

    /// <summary>Whether any batch of a sender is held, behind which the sender's next batch must wait.</summary>
    public bool HoldsOf(Conversation conversation, string fingerprint) => database.Read(connection =>
        connection.Command(
            $"SELECT 1 {HeldIn} AND fingerprint = $fingerprint LIMIT 1",
            [.. Place(conversation), ("$fingerprint", fingerprint)]).FirstOrDefault(_ => true));

    /// <summary>The held batches of a conversation that are still to be retried, in the order in which they arrived.</summary>
    public IReadOnlyList<HeldBatch> ListHeldBatches(Conversation conversation) => database.Read(connection =>
        connection.Command($"SELECT local, fingerprint {HeldIn} ORDER BY local", Place(conversation))
            .ToList(row => new HeldBatch(row.GetInt64(0), row.GetString(1))));

    /// <summary>The body of a held batch; null if it is no longer held.</summary>
    public byte[]? ReadHeld(HeldBatch held) => database.Read(connection =>
        connection.Command("SELECT body FROM held WHERE local = $local", ("$local", held.Local))
            .FirstOrDefault(row => row.GetFieldValue<byte[]>(0)));

    /// <summary>Deletes a held batch.</summary>
    public Task DropHeldAsync(HeldBatch held) => database.WriteAsync(connection => DropHeld(connection, held.Local));

    /// <summary>Counts a try of a held batch that failed for a reason of its own; the third one sets the batch aside.</summary>
    /// <returns>How many older batches were deleted to make room, if it is set aside; otherwise null.</returns>
    public Task<int?> CountFailedTryAsync(HeldBatch held) => database.WriteAsync<int?>(connection =>
    {
        var tries = connection.Command("UPDATE held SET tries = tries + 1 WHERE local = $local RETURNING tries", ("$local", held.Local))
            .FirstOrDefault(row => row.GetInt64(0));
        return tries < HeldTries ? null : TrimSetAside(connection);
    });

    /// <summary>Sets a batch aside at once.</summary>
    /// <returns>How many older batches were deleted to make room.</returns>
    internal Task<int> SetAsideAsync(Conversation conversation, string fingerprint, ReadOnlyMemory<byte> body, LogStep? step = null)
    {
        var bytes = body.ToArray();
        return database.WriteAsync(connection =>
        {
            Hold(connection, _numbers.Of(connection, conversation), fingerprint, bytes, HeldTries);
            if (step is { } taken)
            {
                Take(connection, taken);
            }

            return TrimSetAside(connection);
        });
    }

    /// <summary>
    /// Allows one more try for each batch of a conversation that was set aside: another version of this program may be able to
    /// handle it.
    /// </summary>
    public Task RetrySetAsideAsync(Conversation conversation) => database.WriteAsync(connection => connection.Command(
        """
        UPDATE held SET tries = 2
        WHERE tries >= 3 AND conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)
        """,
        Place(conversation)).Run());

    /// <summary>Deletes the held batches of groups in a mode whose subscriptions ended with the process that had them.</summary>
    public Task DropHeldOfAsync(GroupMode mode) => database.WriteAsync(connection => connection.Command(
        """
        DELETE FROM held WHERE conversation IN (
          SELECT id FROM conversations JOIN subscriptions USING (name) WHERE kind = $kind AND mode = $mode)
        """,
        ("$kind", (int)ConversationKind.Group), ("$mode", mode.Word)).Run());

    private static bool Hold(HistoryConnection connection, long conversation, string fingerprint, byte[] body, int tries) =>
        connection.Command(
            "INSERT INTO held (conversation, fingerprint, body, size, tries) VALUES ($id, $fingerprint, $body, $size, $tries)",
            ("$id", conversation), ("$fingerprint", fingerprint), ("$body", body), ("$size", body.Length + HeldOverhead), ("$tries", tries)).Run() > 0;

    // The size of held batches that are not being retried, of one key and of all. Used only if it matters: it scans every row.
    private static (double OfKey, double OfAll) SizeOfLeft(HistoryConnection connection, string fingerprint, string joined) => connection.Command(
        """
        SELECT total(size) FILTER (WHERE fingerprint = $fingerprint), total(size) FROM held
        WHERE tries < 3 AND conversation NOT IN (
          SELECT id FROM conversations WHERE kind = $kind AND name IN (SELECT value FROM json_each($joined)))
        """,
        ("$fingerprint", fingerprint), ("$kind", (int)ConversationKind.Group), ("$joined", joined))
        .FirstOrDefault(row => (row.GetDouble(0), row.GetDouble(1)));

    private static int TrimSetAside(HistoryConnection connection) => connection.Command(
        """
        DELETE FROM held WHERE local IN (
          SELECT local FROM (SELECT local, sum(size) OVER (ORDER BY local DESC) AS through FROM held WHERE tries >= 3)
          WHERE through > $max)
        """,
        ("$max", MaxSetAside)).Run();

    private static int DropHeld(HistoryConnection connection, long local) =>
        connection.Command("DELETE FROM held WHERE local = $local", ("$local", local)).Run();

    private const string HeldIn =
        "FROM held WHERE tries < 3 AND conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)";

    private static (string, object?)[] Place(Conversation conversation) =>
        [("$kind", (int)conversation.Kind), ("$name", conversation.Name)];
}
