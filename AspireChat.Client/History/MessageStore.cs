using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Telemetry;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>
/// The messages on disk: this user's from the moment they are sent, others' before they are acknowledged.
/// Every write returns after its commit.
/// </summary>
public sealed partial class MessageStore(ChatDatabase database, LocalPeer self, TimeProvider time)
{
    /// <summary>
    /// Adds a message of this user to its conversation, gives it an id and the next seq, and leaves it in the outbox.
    /// </summary>
    /// <param name="to">The conversation, which is added if it is new.</param>
    /// <param name="text">The text, checked.</param>
    /// <param name="span">The span that sends it; its context is kept with the message.</param>
    /// <param name="committed">Called with the message before anything else can happen to it.</param>
    /// <param name="given">The id to give it; null: a new one.</param>
    /// <returns>The message; null if this user has already sent one with the given id, which then did not change.</returns>
    public async Task<ChatMessage?> AppendOwnAsync(
        Conversation to, string text, Activity? span, Action<ChatMessage>? committed, Guid? given)
    {
        var sentAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var id = given ?? Guid.CreateVersion7(sentAt);
        var trace = span?.Context ?? default;
        return await database.WriteAsync(connection =>
        {
            if (given is not null && connection.Command($"SELECT 1 FROM messages WHERE {IsOwn}", ("$id", Sql.Bytes(id))).FirstOrDefault(_ => true))
            {
                return null;
            }

            var conversation = EnsureConversation(connection, to);
            var seq = connection.Command(
                "UPDATE conversations SET last_seq = last_seq + 1 WHERE id = $id RETURNING last_seq", ("$id", conversation))
                .FirstOrDefault(row => row.GetInt64(0));
            using var insert = Insert(connection, conversation, self.Name, fingerprint: "", MessageState.Sending);
            Bind(insert, id, seq, text, sentAt, trace, missing: 0);
            insert.ExecuteNonQuery();
            return new ChatMessage(id, self.Name, to, IsOwn: true, seq, text, sentAt, MessageState.Sending);
        }, message =>
        {
            if (message is not null)
            {
                ChatTelemetry.CountOutbox(to.Kind, 1);
                Stored.Ring();
                committed?.Invoke(message);
            }
        });
    }

    /// <inheritdoc cref="AppendOwnAsync(Conversation, string, Activity?, Action{ChatMessage}?, Guid?)"/>
    public async Task<ChatMessage> AppendOwnAsync(Conversation to, string text, Activity? span, Action<ChatMessage>? committed = null) =>
        (await AppendOwnAsync(to, text, span, committed, given: null))!;

    /// <summary>This user's message with an id, or null.</summary>
    public ChatMessage? FindOwn(Guid id) => database.Read(connection => connection.Command(
        $"SELECT {Sql.MessageColumns}, kind, name FROM messages JOIN conversations ON conversations.id = conversation WHERE messages.{IsOwn}",
        ("$id", Sql.Bytes(id)))
        .FirstOrDefault(row => row.Message(new Conversation((ConversationKind)row.GetInt64(9), row.GetString(10)))));

    /// <summary>
    /// Stores another user's messages in the order given. Drops messages that are already stored, and messages sent in a group
    /// before this user subscribed.
    /// </summary>
    /// <param name="from">The conversation as this client sees it.</param>
    /// <param name="sender">The sender's name.</param>
    /// <param name="fingerprint">The sender's key: ids are unique per key only.</param>
    /// <param name="messages">The messages of one batch.</param>
    /// <param name="tellGaps">
    /// Whether a jump of the seq is a gap: true where every message since the first one seen must arrive.
    /// </param>
    /// <param name="state">The state they start in.</param>
    /// <param name="held">The place of the batch if it was held; it is deleted in the same commit.</param>
    /// <param name="committed">
    /// Called with the new messages right after the commit, whatever happens to the caller in the meantime.
    /// </param>
    /// <returns>The new messages.</returns>
    public Task<IReadOnlyList<ChatMessage>> StoreReceivedAsync(
        Conversation from,
        string sender,
        string fingerprint,
        IReadOnlyList<ReceivedMessage> messages,
        bool tellGaps = false,
        MessageState state = MessageState.Delivered,
        long? held = null,
        Action<IReadOnlyList<ChatMessage>>? committed = null) =>
        database.WriteAsync<IReadOnlyList<ChatMessage>>(connection =>
        {
            if (held is { } local)
            {
                DropHeld(connection, local);
            }

            var conversation = EnsureConversation(connection, from);
            var last = tellGaps ? LastSeq(connection, conversation, fingerprint) : null;
            using var insert = Insert(connection, conversation, sender, fingerprint, state);
            var stored = new List<ChatMessage>(messages.Count);
            var floor = Floor(connection, from, fingerprint);
            foreach (var message in messages.Where(message => message.Seq > floor))
            {
                var missing = last is { } before && message.Seq > before ? message.Seq - before - 1 : 0;
                Bind(insert, message.Id, message.Seq, message.Text, message.SentAt, message.Trace, missing);
                if (insert.ExecuteNonQuery() > 0)
                {
                    stored.Add(new ChatMessage(
                        message.Id, sender, from, IsOwn: false, message.Seq, message.Text, message.SentAt, state, Missing: missing));
                }

                last = tellGaps ? Math.Max(last ?? 0, message.Seq) : null;
            }

            if (last is { } now)
            {
                connection.Command(
                    """
                    INSERT INTO last_seqs (conversation, fingerprint, seq) VALUES ($id, $fingerprint, $seq)
                    ON CONFLICT DO UPDATE SET seq = excluded.seq
                    """,
                    ("$id", conversation), ("$fingerprint", fingerprint), ("$seq", now)).Run();
            }

            AddUnread(connection, from, conversation, stored.Count);
            return stored;
        }, stored =>
        {
            Stored.Ring();
            committed?.Invoke(stored);
        });

    private const string IsOwn = "id = $id AND fingerprint = ''";

    private static long? FindConversation(SqliteConnection connection, Conversation conversation) => connection.Command(
        "SELECT id FROM conversations WHERE kind = $kind AND name = $name",
        ("$kind", (int)conversation.Kind), ("$name", conversation.Name))
        .FirstOrDefault(row => (long?)row.GetInt64(0));

    private static long EnsureConversation(SqliteConnection connection, Conversation conversation)
    {
        if (FindConversation(connection, conversation) is { } known)
        {
            return known;
        }

        return connection.Command(
            "INSERT INTO conversations (kind, name, state) VALUES ($kind, $name, $state) RETURNING id",
            ("$kind", (int)conversation.Kind), ("$name", conversation.Name), ("$state", (int)ChatState.Closed))
            .FirstOrDefault(row => row.GetInt64(0));
    }

    // One statement for a whole batch: prepared once, bound per message.
    private static SqliteCommand Insert(
        SqliteConnection connection, long conversation, string sender, string fingerprint, MessageState state)
    {
        var insert = connection.Command(
            """
            INSERT INTO messages (conversation, id, sender, fingerprint, seq, text, sent_at, state, traceparent, tracestate, missing)
            VALUES ($conversation, $id, $sender, $fingerprint, $seq, $text, $sent_at, $state, $traceparent, $tracestate, $missing)
            ON CONFLICT (id, fingerprint) DO NOTHING
            """,
            ("$conversation", conversation), ("$sender", sender), ("$fingerprint", fingerprint), ("$state", (int)state));
        insert.Parameters.Add("$id", SqliteType.Blob);
        insert.Parameters.Add("$seq", SqliteType.Integer);
        insert.Parameters.Add("$text", SqliteType.Text);
        insert.Parameters.Add("$sent_at", SqliteType.Integer);
        insert.Parameters.Add("$traceparent", SqliteType.Text);
        insert.Parameters.Add("$tracestate", SqliteType.Text);
        insert.Parameters.Add("$missing", SqliteType.Integer);
        return insert;
    }

    private static long? LastSeq(SqliteConnection connection, long conversation, string fingerprint) => connection.Command(
        "SELECT seq FROM last_seqs WHERE conversation = $id AND fingerprint = $fingerprint",
        ("$id", conversation), ("$fingerprint", fingerprint))
        .FirstOrDefault(row => (long?)row.GetInt64(0));

    private static void Bind(
        SqliteCommand insert, Guid id, long seq, string text, DateTimeOffset sentAt, in ActivityContext trace, long missing)
    {
        insert.Parameters["$missing"].Value = missing;
        insert.Parameters["$id"].Value = Sql.Bytes(id);
        insert.Parameters["$seq"].Value = seq;
        insert.Parameters["$text"].Value = text;
        insert.Parameters["$sent_at"].Value = sentAt.ToUnixTimeMilliseconds();
        insert.Parameters["$traceparent"].Value = (object?)Sql.TraceParent(trace) ?? DBNull.Value;
        insert.Parameters["$tracestate"].Value = (object?)trace.TraceState ?? DBNull.Value;
    }
}
