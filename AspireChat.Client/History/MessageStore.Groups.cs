using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    // Anyone can write to the name server. A seq found there is used only below this bound: no real sender gets this far, and the
    // count must be able to continue.
    private const long MaxSeqOfOthers = 1L << 40;

    /// <summary>The groups to which this user is subscribed, by name.</summary>
    public IReadOnlyDictionary<string, GroupMode> ListSubscriptions() => database.Read(connection =>
        connection.Command("SELECT name, mode FROM subscriptions ORDER BY name")
            .ToList(row => KeyValuePair.Create(row.GetString(0), GroupMode.Find(row.GetString(1))!))
            .ToDictionary(StringComparer.Ordinal));

    /// <summary>Records a subscription that begins now.</summary>
    /// <param name="group">The group.</param>
    /// <param name="mode">Its mode.</param>
    /// <param name="generations">Its generations, the current one first.</param>
    /// <param name="floors">For each sender's key, the seq up to which messages were sent before the subscription.</param>
    /// <param name="isFromBeginning">Whether the group's log is read from its beginning; otherwise from an end that is yet to be found.</param>
    public Task SubscribeAsync(
        string group,
        GroupMode mode,
        IReadOnlyList<string> generations,
        IReadOnlyDictionary<string, long> floors,
        bool isFromBeginning = false) =>
        database.WriteAsync(connection =>
        {
            Forget(connection, group);
            foreach (var (fingerprint, seq) in floors)
            {
                connection.Command(
                    "INSERT INTO floors (name, fingerprint, seq) VALUES ($name, $fingerprint, $seq)",
                    ("$name", group), ("$fingerprint", fingerprint), ("$seq", seq)).Run();
            }

            Learn(connection, group, generations, isFromBeginning ? Beginning : null);
            return connection.Command(
                "INSERT INTO subscriptions (name, mode) VALUES ($name, $mode)", ("$name", group), ("$mode", mode.Word)).Run();
        });

    /// <summary>The generations that a subscription covers, the current one first; empty without a subscription.</summary>
    public IReadOnlyList<string> ListGenerations(string group) => database.Read(connection =>
        connection.Command("SELECT generation FROM generations WHERE name = $name ORDER BY is_current DESC", ("$name", group))
            .ToList(row => row.GetString(0)));

    /// <summary>Adds generations to those that a subscription covers.</summary>
    /// <param name="group">The group.</param>
    /// <param name="generations">The generations, the current one first.</param>
    public Task LearnGenerationsAsync(string group, IReadOnlyList<string> generations) => database.WriteAsync(connection =>
    {
        Learn(connection, group, generations, Beginning);
        return 0;
    });

    /// <summary>Makes a conversation known, even if it has no messages yet.</summary>
    public Task MakeKnownAsync(Conversation conversation) =>
        database.WriteAsync(connection => _numbers.Of(connection, conversation));

    /// <summary>
    /// The last seq of this user in a group that the broker has confirmed; 0 if none. A message that is not in the outbox is
    /// confirmed, or its seq was given back.
    /// </summary>
    public long LastConfirmed(Conversation group) => database.Read(connection => connection.Command(
        $"""
        SELECT coalesce(
          (SELECT min(seq) - 1 FROM messages WHERE conversation = conversations.id AND {OwnIn(MessageState.Sending)}), last_seq)
        FROM conversations WHERE kind = $kind AND name = $name
        """,
        ("$kind", (int)group.Kind), ("$name", group.Name)).FirstOrDefault(row => row.GetInt64(0)));

    /// <summary>For each other sender's key, the last known seq in a group that keeps messages.</summary>
    public IReadOnlyDictionary<string, long> ListLastSeqs(Conversation group) => database.Read(connection => connection.Command(
        """
        SELECT fingerprint, seq FROM last_seqs
        WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)
        """,
        ("$kind", (int)group.Kind), ("$name", group.Name))
        .ToList(row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1))).ToDictionary(StringComparer.Ordinal));

    /// <summary>Removes a subscription. Stored messages stay; messages sent from now on do not count as a gap.</summary>
    public Task UnsubscribeAsync(string group) => database.WriteAsync(connection =>
    {
        Forget(connection, group);
        return connection.Command(
            "DELETE FROM last_seqs WHERE conversation = (SELECT id FROM conversations WHERE kind = 1 AND name = $name)",
            ("$name", group)).Run();
    });

    /// <summary>
    /// Gives up on the unsent messages of a group. Their seqs become free again, since unused seqs would look like a gap; a receiver that
    /// got one of them all the same knows it by its id. Both happen in one commit: a crash in between would leave that gap.
    /// </summary>
    /// <returns>The messages that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkUnsentFailedAsync(Conversation group, string reason) => Advance(
        group,
        long.MaxValue,
        MessageState.Failed,
        reason,
        also: (connection, unsent) =>
        {
            _seqs.Write(connection);
            connection.Command(
                "UPDATE conversations SET last_seq = $last WHERE kind = $kind AND name = $name AND last_seq = $highest",
                ("$last", unsent[0].Seq - 1),
                ("$highest", unsent[^1].Seq),
                ("$kind", (int)group.Kind),
                ("$name", group.Name)).Run();
        });

    /// <summary>
    /// Continues this user's count from a seq that others have already seen: they would not show a seq that is used twice.
    /// Does nothing if the count is already there.
    /// </summary>
    public Task CountOnFromAsync(Conversation group, long seq) => database.WriteAsync(connection =>
    {
        _seqs.Write(connection);
        return connection.Command(
            "UPDATE conversations SET last_seq = $seq WHERE id = $id AND last_seq < $seq AND $seq < $max",
            ("$id", _numbers.Of(connection, group)), ("$seq", seq), ("$max", MaxSeqOfOthers)).Run();
    });

    /// <summary>Whether this store knows a conversation.</summary>
    public bool Knows(Conversation conversation) => database.Read(connection => FindConversation(connection, conversation) is not null);

    private static void Forget(HistoryConnection connection, string group)
    {
        connection.Command("DELETE FROM subscriptions WHERE name = $name", ("$name", group)).Run();
        connection.Command("DELETE FROM generations WHERE name = $name", ("$name", group)).Run();
        connection.Command("DELETE FROM floors WHERE name = $name", ("$name", group)).Run();
        connection.Command(
            "DELETE FROM held WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)",
            ("$kind", (int)ConversationKind.Group), ("$name", group)).Run();
    }

    private static void Learn(HistoryConnection connection, string group, IReadOnlyList<string> generations, string? position)
    {
        connection.Command("UPDATE generations SET is_current = 0 WHERE name = $name", ("$name", group)).Run();
        for (var i = 0; i < generations.Count; i++)
        {
            connection.Command(
                """
                INSERT INTO generations (name, generation, is_current, position) VALUES ($name, $generation, $current, $position)
                ON CONFLICT DO UPDATE SET is_current = excluded.is_current
                """,
                ("$name", group), ("$generation", generations[i]), ("$current", i == 0 ? 1 : 0), ("$position", position)).Run();
        }
    }

    // Messages sent before the subscription began are not shown, no matter who publishes them again.
    private static long Floor(HistoryConnection connection, Conversation conversation, string fingerprint) =>
        conversation.Kind != ConversationKind.Group ? 0 : connection
            .Statement("SELECT seq FROM floors WHERE name = ?1 AND fingerprint = ?2")
            .Bind(1, conversation.Name).Bind(2, fingerprint).Number() ?? 0;
}
