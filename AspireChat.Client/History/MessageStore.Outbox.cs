using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    // A private message whose copy waits in a mailbox stays in the outbox until the receipt: the mailbox may be lost.
    private static readonly MessageState[] OutboxStates = [MessageState.Stored, MessageState.Sending];

    private const string OutboxColumns = "messages.id, seq, text, sent_at, trace";

    private static readonly Dictionary<MessageState, string> OutboxOf = OutboxStates.ToDictionary(
        state => state, state => $"{InOutbox(state)} ORDER BY seq LIMIT $count");

    private static readonly string WholeOutbox =
        $"{string.Join(" UNION ALL ", OutboxStates.Select(state => $"SELECT * FROM ({OutboxOf[state]})"))} ORDER BY seq LIMIT $count";

    private static readonly string Range = string.Join(" UNION ALL ", OutboxStates.Select(state =>
        $"SELECT id, seq, '', sent_at, trace FROM messages WHERE conversation = $id AND {OwnIn(state)} AND seq > $above AND seq <= $through"));

    // A row that a receipt covers keeps the state that it had in the outbox.
    private static readonly Dictionary<MessageState, string> MoveFrom = Enum.GetValues<MessageState>().ToDictionary(
        state => state,
        state => $"""
            UPDATE messages SET state = $state, reason = $reason
            WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name) AND {OwnIn(state)} AND seq <= $through
              {(IsInOutbox(state) ? "AND seq > (SELECT delivered_through FROM conversations WHERE kind = $kind AND name = $name)" : "")}
              AND NOT (state = $state AND reason IS $reason)
            RETURNING id, seq, text, sent_at, trace
            """);

    /// <summary>
    /// This user's messages without a receipt or confirm, in ascending order of seq: as many as fit into a batch.
    /// </summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="after">Only messages with a higher seq.</param>
    /// <param name="count">The maximum number of messages.</param>
    /// <param name="bytes">The maximum number of bytes of text; the first message is always included.</param>
    /// <param name="state">Only messages in this state; all if null.</param>
    public IReadOnlyList<OutboxMessage> ReadOutbox(
        Conversation to, long after, int count, int bytes, MessageState? state = null) => database.Read(connection =>
    {
        var command = connection.Command(
            state is { } one ? OutboxOf[one] : WholeOutbox,
            ("$kind", (int)to.Kind), ("$name", to.Name), ("$after", after), ("$count", count));
        using var reader = command.ExecuteReader();
        var batch = new List<OutboxMessage>();
        while (reader.Read())
        {
            var text = reader.GetString(2);
            bytes -= Encoding.UTF8.GetByteCount(text);
            if (bytes < 0 && batch.Count > 0)
            {
                break;
            }

            batch.Add(Outbox(reader));
        }

        return batch;
    });

    /// <summary>The conversations of a kind that have messages in the outbox.</summary>
    public IReadOnlyList<string> ListOutboxes(ConversationKind kind) => database.Read(connection => connection.Command(
        $"""
        SELECT name FROM conversations WHERE kind = $kind AND ({string.Join(" OR ", OutboxStates.Select(state =>
            $"EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id AND {OwnIn(state)} AND seq > delivered_through)"))})
        """,
        ("$kind", (int)kind)).ToList(row => row.GetString(0)));

    /// <summary>Reports to the telemetry what an earlier process left in the outbox; from then on changes are counted.</summary>
    internal void CountOutbox()
    {
        // CROSS JOIN keeps SQLite from going through all messages that were delivered.
        var left = database.Read(connection => connection.Command(
            string.Join(" UNION ALL ", OutboxStates.Select(state =>
                $"""
                SELECT kind, count(*) FROM conversations CROSS JOIN messages
                ON conversation = conversations.id AND {OwnIn(state)} AND seq > delivered_through GROUP BY kind
                """)))
            .ToList(row => (Kind: (ConversationKind)row.GetInt64(0), Count: row.GetInt64(1))));
        foreach (var (kind, count) in left)
        {
            ChatTelemetry.CountOutbox(kind, count);
        }
    }

    /// <summary>
    /// Marks this user's private messages as delivered: all in the outbox, up to a seq. Messages that were given up stay so, whatever
    /// comes after them.
    /// </summary>
    /// <remarks>
    /// The commit does not wait for the disk, as that of <see cref="MarkReadByOtherAsync"/>: no one else relies on this user's own note of
    /// a receipt. If a loss of power before the next flush takes it, the message counts as unconfirmed again: it is sent again, dropped by
    /// the receiver, and has its receipt again; if the receiver cannot be reached, it may be given up although it has arrived.
    /// </remarks>
    /// <returns>The messages that changed, in order of seq, without their texts.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkDeliveredAsync(Conversation to, long through) => database.WriteAsync<IReadOnlyList<OutboxMessage>>(
        connection =>
        {
            var (id, delivered, _, last) = MarksOf(connection, to);
            var covered = Math.Min(through, last);
            if (covered <= delivered)
            {
                return [];
            }

            var changed = Covered(connection, id, delivered, covered);
            connection.Statement("UPDATE conversations SET delivered_through = ?2 WHERE id = ?1").Bind(1, id).Bind(2, covered).Run();
            return changed;
        },
        changed => ChatTelemetry.CountOutbox(to.Kind, -changed.Count),
        flushes: false);

    /// <summary>
    /// Marks certain messages of this user as delivered, even those that were given up: the receiver has their letters.
    /// </summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="ids">Their ids; those of other messages, or of messages with a receipt, change nothing.</param>
    /// <returns>The messages that changed, in order of seq.</returns>
    public async Task<IReadOnlyList<OutboxMessage>> MarkDeliveredAsync(Conversation to, IReadOnlyList<Guid> ids)
    {
        var (all, _) = await database.WriteAsync(connection =>
        {
            var changed = new List<OutboxMessage>();
            var left = 0;
            foreach (var one in ids.Distinct())
            {
                var found = connection.Command(
                    $"""
                    SELECT messages.id, seq, text, sent_at, trace, iif({Sql.IsCovered}, {(int)MessageState.Delivered}, messages.state)
                    FROM messages JOIN conversations ON conversations.id = conversation
                    WHERE messages.id = $id AND sender = 0 AND kind = $kind AND name = $name
                    """,
                    [("$id", Sql.Bytes(one)), .. Place(to)])
                    .FirstOrDefault(row => ((OutboxMessage Message, MessageState State)?)(Outbox(row), (MessageState)row.GetInt64(5)));
                if (found is var (message, state) && MessageStates.Before(MessageState.Delivered, isOwn: true).Contains(state))
                {
                    changed.Add(message);
                    left += IsInOutbox(state) ? 1 : 0;
                }
            }

            foreach (var message in changed)
            {
                connection.Command(
                    $"UPDATE messages SET state = {(int)MessageState.Delivered}, reason = NULL WHERE {IsOwn}", ("$id", Sql.Bytes(message.Id))).Run();
            }

            return (Changed: InOrder(changed), Left: left);
        }, done => ChatTelemetry.CountOutbox(to.Kind, -done.Left));
        return all;
    }

    /// <summary>Marks this user's messages as read by the other user: all that were delivered, up to a seq.</summary>
    /// <returns>The messages that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkReadByOtherAsync(Conversation to, long through) =>
        database.WriteAsync<IReadOnlyList<OutboxMessage>>(connection =>
        {
            var (id, delivered, read, _) = MarksOf(connection, to);
            var covered = Math.Min(through, delivered);
            var changed = Move(connection, to, through, MessageState.Delivered, MessageState.Read, reason: null);
            if (covered > read)
            {
                changed.AddRange(Covered(connection, id, read, covered));
                connection.Statement("UPDATE conversations SET read_by_other = ?2 WHERE id = ?1").Bind(1, id).Bind(2, covered).Run();
            }

            return InOrder(changed);
        }, flushes: false);

    /// <summary>Marks this user's messages as confirmed by the broker: all that are on their way, up to a seq.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="through">The last seq that was confirmed.</param>
    /// <param name="state">What a confirm means there: confirmed, sent, or stored.</param>
    /// <returns>The messages that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkConfirmedAsync(Conversation to, long through, MessageState state) =>
        Advance(to, through, state);

    /// <summary>Gives up on this user's messages that are on their way, up to a seq.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="through">The last seq to give up.</param>
    /// <param name="reason">Why, as a sentence for the user.</param>
    /// <param name="alsoStored">Whether to give up what waits in a mailbox too.</param>
    /// <returns>The messages that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkFailedAsync(
        Conversation to, long through, string reason, bool alsoStored = true) =>
        AdvanceAsync(to, MessageState.Failed, (connection, from) => from == MessageState.Stored && !alsoStored
            ? []
            : Move(connection, to, through, from, MessageState.Failed, reason));

    /// <summary>Gives up on what waits in a mailbox that another key than the user's new one opens.</summary>
    /// <param name="to">The private chat.</param>
    /// <param name="reason">Why, as a sentence for the user.</param>
    /// <returns>The messages that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkStoredFailedAsync(Conversation to, string reason) =>
        AdvanceAsync(to, MessageState.Failed, (connection, from) => from == MessageState.Stored
            ? Move(connection, to, long.MaxValue, from, MessageState.Failed, reason)
            : []);

    /// <summary>Stores why this user's messages are still on their way; the next change of state clears the reason.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="reason">Why, as a sentence for the user; null if the stored reason is no longer true.</param>
    /// <returns>The messages whose reason changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> ExplainWaitingAsync(Conversation to, string? reason) =>
        database.WriteAsync<IReadOnlyList<OutboxMessage>>(connection =>
            InOrder(Move(connection, to, long.MaxValue, from: MessageState.Sending, MessageState.Sending, reason)));

    // Moves this user's messages to a state from every state that may precede it.
    private Task<IReadOnlyList<OutboxMessage>> Advance(
        Conversation to,
        long through,
        MessageState state,
        string? reason = null,
        Action<HistoryConnection, IReadOnlyList<OutboxMessage>>? also = null) =>
        AdvanceAsync(to, state, (connection, from) => Move(connection, to, through, from, state, reason), also);

    private async Task<IReadOnlyList<OutboxMessage>> AdvanceAsync(
        Conversation to,
        MessageState state,
        Func<HistoryConnection, MessageState, List<OutboxMessage>> move,
        Action<HistoryConnection, IReadOnlyList<OutboxMessage>>? also = null)
    {
        var (all, _) = await database.WriteAsync(connection =>
        {
            var changed = new List<OutboxMessage>();
            var left = 0;
            foreach (var from in MessageStates.Before(state, isOwn: true))
            {
                var moved = move(connection, from);
                left += IsInOutbox(from) && !IsInOutbox(state) ? moved.Count : 0;
                changed.AddRange(moved);
            }

            InOrder(changed);
            if (changed.Count > 0)
            {
                also?.Invoke(connection, changed);
            }

            return (Changed: changed, Left: left);
        }, done => ChatTelemetry.CountOutbox(to.Kind, -done.Left));
        return all;
    }

    private static bool IsInOutbox(MessageState state) => OutboxStates.Contains(state);

    private static string InOutbox(MessageState state) => $"""
        SELECT {OutboxColumns} FROM messages JOIN conversations ON conversations.id = conversation
        WHERE kind = $kind AND name = $name AND {OwnIn(state)} AND seq > max(delivered_through, $after)
        """;

    // States are literal numbers in the SQL text: parameters would keep SQLite from using the partial indexes.
    private static string OwnIn(MessageState state) => $"sender = 0 AND messages.state = {(int)state}";

    private static List<OutboxMessage> Move(
        HistoryConnection connection,
        Conversation to,
        long through,
        MessageState from,
        MessageState state,
        string? reason) =>
        connection.Command(
            MoveFrom[from],
            ("$kind", (int)to.Kind),
            ("$name", to.Name),
            ("$through", through),
            ("$state", (int)state),
            ("$reason", reason))
            .ToList(Outbox);

    // The messages in the outbox in a range of seqs that a receipt covers, without their texts: it may cover very many.
    private static List<OutboxMessage> Covered(HistoryConnection connection, long conversation, long above, long through) =>
        InOrder(connection.Command(Range, ("$id", conversation), ("$above", above), ("$through", through)).ToList(Outbox));

    private (long Id, long Delivered, long Read, long Last) MarksOf(HistoryConnection connection, Conversation to)
    {
        _seqs.Write(connection);
        return connection.Command(
            "SELECT id, delivered_through, read_by_other, last_seq FROM conversations WHERE kind = $kind AND name = $name", Place(to))
            .FirstOrDefault(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)));
    }

    private static OutboxMessage Outbox(SqliteDataReader row) =>
        new(row.Id(0), row.GetInt64(1), row.GetString(2), row.Time(3), row.Trace(4));

    // RETURNING guarantees no order.
    private static List<OutboxMessage> InOrder(List<OutboxMessage> changed)
    {
        changed.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return changed;
    }
}
