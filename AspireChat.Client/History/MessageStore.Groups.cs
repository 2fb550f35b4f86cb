using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    // Anybody may write to the name server, and what is counted must be countable on: nobody has said so much.
    private const long MaxSeqOfOthers = 1L << 40;

    /// <summary>The groups to which this user has a subscription, by name.</summary>
    public IReadOnlyDictionary<string, GroupMode> ListSubscriptions() => database.Read(connection =>
        connection.Command("SELECT name, mode FROM subscriptions ORDER BY name")
            .ToList(row => KeyValuePair.Create(row.GetString(0), GroupMode.Find(row.GetString(1))!))
            .ToDictionary(StringComparer.Ordinal));

    /// <summary>Remembers a subscription that begins now.</summary>
    /// <param name="group">The group.</param>
    /// <param name="mode">Its mode.</param>
    /// <param name="generations">Its generations, the current one first.</param>
    /// <param name="floors">By the sender's key, up to which seq was said before.</param>
    public Task SubscribeAsync(
        string group, GroupMode mode, IReadOnlyList<string> generations, IReadOnlyDictionary<string, long> floors) =>
        database.WriteAsync(connection =>
        {
            Forget(connection, group);
            foreach (var (fingerprint, seq) in floors)
            {
                connection.Command(
                    "INSERT INTO floors (name, fingerprint, seq) VALUES ($name, $fingerprint, $seq)",
                    ("$name", group), ("$fingerprint", fingerprint), ("$seq", seq)).Run();
            }

            Learn(connection, group, generations);
            return connection.Command(
                "INSERT INTO subscriptions (name, mode) VALUES ($name, $mode)", ("$name", group), ("$mode", mode.Word)).Run();
        });

    /// <summary>
    /// Up to where this member has read a group's log, in the words of what keeps it; null before the first of it, or if the
    /// group has none.
    /// </summary>
    public string? PositionIn(string group) => database.Read(connection =>
        connection.Command("SELECT position FROM subscriptions WHERE name = $name", ("$name", group))
            .FirstOrDefault(row => row.IsDBNull(0) ? null : row.GetString(0)));

    /// <summary>
    /// Everything of a group's log up to here is stored. Told after that, and never before: what is read twice after a crash
    /// is dropped as a double, what is read past would be lost.
    /// </summary>
    public Task MoveToAsync(string group, string position) => database.WriteAsync(connection => connection.Command(
        "UPDATE subscriptions SET position = $position WHERE name = $name", ("$name", group), ("$position", position)).Run());

    /// <summary>The generations that a subscription means, the current one first; none without a subscription.</summary>
    public IReadOnlyList<string> ListGenerations(string group) => database.Read(connection =>
        connection.Command("SELECT generation FROM generations WHERE name = $name ORDER BY is_current DESC", ("$name", group))
            .ToList(row => row.GetString(0)));

    /// <summary>Adds generations to those that a subscription means.</summary>
    /// <param name="group">The group.</param>
    /// <param name="generations">The current one first.</param>
    public Task LearnGenerationsAsync(string group, IReadOnlyList<string> generations) => database.WriteAsync(connection =>
    {
        Learn(connection, group, generations);
        return 0;
    });

    /// <summary>There is something of this conversation here from now on, be it nothing yet.</summary>
    public Task MakeKnownAsync(Conversation conversation) =>
        database.WriteAsync(connection => EnsureConversation(connection, conversation));

    /// <summary>
    /// The last seq of this user in a group that the broker has confirmed; 0 if none. Whatever is not in the outbox is
    /// confirmed, or its seq was given back.
    /// </summary>
    public long LastConfirmed(Conversation group) => database.Read(connection => connection.Command(
        $"""
        SELECT coalesce(
          (SELECT min(seq) - 1 FROM messages WHERE conversation = conversations.id AND {InOutbox}), last_seq)
        FROM conversations WHERE kind = $kind AND name = $name
        """,
        ("$kind", (int)group.Kind), ("$name", group.Name)).FirstOrDefault(row => row.GetInt64(0)));

    /// <summary>By the sender's key, the last seq of others that is known here of a durable group.</summary>
    public IReadOnlyDictionary<string, long> ListLastSeqs(Conversation group) => database.Read(connection => connection.Command(
        """
        SELECT fingerprint, seq FROM last_seqs
        WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)
        """,
        ("$kind", (int)group.Kind), ("$name", group.Name))
        .ToList(row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Forgets a subscription. What was said stays; what is said from now on is no gap.</summary>
    public Task UnsubscribeAsync(string group) => database.WriteAsync(connection =>
    {
        Forget(connection, group);
        return connection.Command(
            "DELETE FROM last_seqs WHERE conversation = (SELECT id FROM conversations WHERE kind = 1 AND name = $name)",
            ("$name", group)).Run();
    });

    /// <summary>
    /// Gives up on what was not sent to a group. The seqs that were given to it are free again: nobody has seen them, and
    /// they would look like a gap. One commit: failed messages whose seqs are still given would be that gap after a crash.
    /// </summary>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkUnsentFailedAsync(Conversation group, string reason) => Advance(
        group,
        long.MaxValue,
        MessageState.Failed,
        reason,
        also: (connection, unsent) => connection.Command(
            "UPDATE conversations SET last_seq = $last WHERE kind = $kind AND name = $name AND last_seq = $highest",
            ("$last", unsent[0].Seq - 1),
            ("$highest", unsent[^1].Seq),
            ("$kind", (int)group.Kind),
            ("$name", group.Name)).Run());

    /// <summary>
    /// Counts on from a seq that others know already of this user: they would not show one that is given twice. Does
    /// nothing if the count is there already.
    /// </summary>
    public Task CountOnFromAsync(Conversation group, long seq) => database.WriteAsync(connection => connection.Command(
        "UPDATE conversations SET last_seq = $seq WHERE id = $id AND last_seq < $seq AND $seq < $max",
        ("$id", EnsureConversation(connection, group)), ("$seq", seq), ("$max", MaxSeqOfOthers)).Run());

    /// <summary>Whether there is anything of a conversation here.</summary>
    public bool Knows(Conversation conversation) => database.Read(connection => FindConversation(connection, conversation) is not null);

    private static void Forget(SqliteConnection connection, string group)
    {
        connection.Command("DELETE FROM subscriptions WHERE name = $name", ("$name", group)).Run();
        connection.Command("DELETE FROM generations WHERE name = $name", ("$name", group)).Run();
        connection.Command("DELETE FROM floors WHERE name = $name", ("$name", group)).Run();
        connection.Command(
            "DELETE FROM held WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)",
            ("$kind", (int)ConversationKind.Group), ("$name", group)).Run();
    }

    private static void Learn(SqliteConnection connection, string group, IReadOnlyList<string> generations)
    {
        connection.Command("UPDATE generations SET is_current = 0 WHERE name = $name", ("$name", group)).Run();
        for (var i = 0; i < generations.Count; i++)
        {
            connection.Command(
                """
                INSERT INTO generations (name, generation, is_current) VALUES ($name, $generation, $current)
                ON CONFLICT DO UPDATE SET is_current = excluded.is_current
                """,
                ("$name", group), ("$generation", generations[i]), ("$current", i == 0 ? 1 : 0)).Run();
        }
    }

    // What its sender had said when the subscription began is not shown, whoever publishes it again.
    private static long Floor(SqliteConnection connection, Conversation conversation, string fingerprint) =>
        conversation.Kind != ConversationKind.Group ? 0 : connection.Command(
            "SELECT seq FROM floors WHERE name = $name AND fingerprint = $fingerprint",
            ("$name", conversation.Name), ("$fingerprint", fingerprint)).FirstOrDefault(row => row.GetInt64(0));
}
