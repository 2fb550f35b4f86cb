using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    /// <summary>
    /// Own messages that are still on their way, in rising order of seq: as many as fit into a batch.
    /// </summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="after">Only those with a higher seq.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="bytes">How many bytes of text at most; a first message is always taken.</param>
    public IReadOnlyList<OutboxMessage> ReadOutbox(Conversation to, long after, int count, int bytes) => database.Read(connection =>
    {
        using var command = connection.Command(
            """
            SELECT id, seq, text, sent_at, traceparent, tracestate FROM messages
            WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)
              AND fingerprint = '' AND state = 0 AND seq > $after ORDER BY seq LIMIT $count
            """,
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

            batch.Add(new OutboxMessage(reader.Id(0), reader.GetInt64(1), text, reader.Time(3), reader.Trace(4, 5)));
        }

        return batch;
    });

    /// <summary>The conversations of a kind that have messages in the outbox.</summary>
    public IReadOnlyList<string> ListOutboxes(ConversationKind kind) => database.Read(connection => connection.Command(
        """
        SELECT name FROM conversations WHERE kind = $kind AND EXISTS (
            SELECT 1 FROM messages WHERE conversation = conversations.id AND fingerprint = '' AND state = 0)
        """,
        ("$kind", (int)kind)).ToList(row => row.GetString(0)));

    /// <summary>Tells the telemetry what an earlier process left in the outbox; from then on changes are counted.</summary>
    internal void CountOutbox()
    {
        var left = database.Read(connection => connection.Command(
            """
            SELECT kind, count(*) FROM messages JOIN conversations ON conversations.id = conversation
            WHERE fingerprint = '' AND messages.state = 0 GROUP BY kind
            """)
            .ToList(row => (Kind: (ConversationKind)row.GetInt64(0), Count: row.GetInt64(1))));
        foreach (var (kind, count) in left)
        {
            ChatTelemetry.CountOutbox(kind, count);
        }
    }

    /// <summary>Own messages were delivered: all that are on their way, up to a seq.</summary>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkDeliveredAsync(Conversation to, long through) =>
        Advance(to, through, from: MessageState.Sending, MessageState.Delivered);

    /// <summary>Own messages were read by the other user: all that were delivered, up to a seq.</summary>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkReadByOtherAsync(Conversation to, long through) =>
        Advance(to, through, from: MessageState.Delivered, MessageState.Read);

    /// <summary>Own messages were confirmed by the broker: all that are on their way, up to a seq.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="through">The last seq that was confirmed.</param>
    /// <param name="state">What a confirm means there: confirmed, sent, or stored.</param>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkConfirmedAsync(Conversation to, long through, MessageState state) =>
        Advance(to, through, from: MessageState.Sending, state);

    /// <summary>Gives up on own messages that are on their way, up to a seq.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="through">The last seq to give up.</param>
    /// <param name="reason">Why, as a sentence for the user.</param>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkFailedAsync(Conversation to, long through, string reason) =>
        Advance(to, through, from: MessageState.Sending, MessageState.Failed, reason);

    /// <summary>Says why own messages are still on their way; the reason goes when they come further.</summary>
    /// <param name="to">Their conversation.</param>
    /// <param name="reason">Why, as a sentence for the user; null if the one that was said does not hold any more.</param>
    /// <returns>Those of which it was not said yet, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> ExplainWaitingAsync(Conversation to, string? reason) =>
        Advance(to, long.MaxValue, from: MessageState.Sending, MessageState.Sending, reason);

    /// <summary>Takes back why own messages were still on their way when an earlier process ended: nobody knows whether it still holds.</summary>
    public Task ForgetWaitingReasonsAsync() => database.WriteAsync(connection => connection.Command(
        "UPDATE messages SET reason = NULL WHERE fingerprint = '' AND state = 0 AND reason IS NOT NULL").Run());

    private Task<IReadOnlyList<OutboxMessage>> Advance(
        Conversation to,
        long through,
        MessageState from,
        MessageState state,
        string? reason = null,
        Action<SqliteConnection, IReadOnlyList<OutboxMessage>>? also = null)
    {
        // The state that is left stands in the text of the statement, so that the partial indexes apply.
        var sql = $"""
            UPDATE messages SET state = $state, reason = $reason
            WHERE conversation = (SELECT id FROM conversations WHERE kind = $kind AND name = $name)
              AND fingerprint = '' AND state = {(int)from} AND seq <= $through AND NOT (state = $state AND reason IS $reason)
            RETURNING id, seq, text, sent_at, traceparent, tracestate
            """;
        return database.WriteAsync<IReadOnlyList<OutboxMessage>>(connection =>
        {
            var changed = connection.Command(
                sql, ("$kind", (int)to.Kind), ("$name", to.Name), ("$through", through), ("$state", (int)state), ("$reason", reason))
                .ToList(row => new OutboxMessage(row.Id(0), row.GetInt64(1), row.GetString(2), row.Time(3), row.Trace(4, 5)));

            // RETURNING promises no order.
            changed.Sort((a, b) => a.Seq.CompareTo(b.Seq));
            if (changed.Count > 0)
            {
                also?.Invoke(connection, changed);
            }

            return changed;
        }, changed => ChatTelemetry.CountOutbox(to.Kind, from == MessageState.Sending && state != from ? -changed.Count : 0));
    }
}
