using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.History;

/// <summary>
/// The messages on disk: this user's from the moment they are sent, others' before they are acknowledged.
/// Every write returns after its commit, which waits for the disk unless the write says otherwise (<see cref="ChatDatabase"/>).
/// </summary>
public sealed partial class MessageStore(ChatDatabase database, LocalPeer self, TimeProvider time)
{
    private readonly RowNumbers _numbers = new(database);
    private readonly GivenSeqs _seqs = new(database);

    /// <summary>
    /// Adds a message of this user to its conversation, gives it an id and the next seq, and leaves it in the outbox.
    /// </summary>
    /// <param name="to">The conversation, which is added if it is new.</param>
    /// <param name="text">The text, checked.</param>
    /// <param name="span">The span that sends it; its context is kept with the message.</param>
    /// <param name="committed">Called with the message before anything else can happen to it.</param>
    /// <param name="given">The id to give it; null: a new one.</param>
    /// <param name="leaving">
    /// Called when the message has its seq but is not committed: it may be sent now. If the commit fails, it is called again with
    /// the next seq, or the message never existed here.
    /// </param>
    /// <returns>The message; null if this user has already sent one with the given id, which then did not change.</returns>
    public async Task<ChatMessage?> AppendOwnAsync(
        Conversation to,
        string text,
        Activity? span,
        Action<ChatMessage>? committed,
        Guid? given,
        Action<OutboxMessage>? leaving = null)
    {
        var sentAt = Now();
        var id = given ?? Guid.CreateVersion7(sentAt);
        var trace = span?.Context ?? default;
        return await database.WriteAsync(connection =>
        {
            if (given is not null && IsKnown(connection, id))
            {
                return null;
            }

            return Append(connection, to, id, text, sentAt, trace, leaving);
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

    /// <inheritdoc cref="AppendOwnAsync(Conversation, string, Activity?, Action{ChatMessage}?, Guid?, Action{OutboxMessage}?)"/>
    public async Task<ChatMessage> AppendOwnAsync(Conversation to, string text, Activity? span, Action<ChatMessage>? committed = null) =>
        (await AppendOwnAsync(to, text, span, committed, given: null))!;

    /// <summary>This user's message with an id, or null.</summary>
    public ChatMessage? FindOwn(Guid id) => database.Read(connection => FindOwn(connection, id));

    private static ChatMessage? FindOwn(HistoryConnection connection, Guid id) => connection.Command(
        $"SELECT {Sql.MessageColumns}, kind, conversations.name FROM {Sql.Messages} WHERE messages.{IsOwn}",
        ("$id", Sql.Bytes(id)))
        .FirstOrDefault(row => row.Message(new Conversation((ConversationKind)row.GetInt64(9), row.GetString(10))));

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
    /// <param name="step">The step over the batch if it came from a group's log; it is taken in the same commit.</param>
    /// <param name="committed">
    /// Called with the new messages right after the commit, whatever happens to the caller in the meantime.
    /// </param>
    /// <param name="flushes">Whether the commit waits for the disk, as of <see cref="ChatDatabase"/>.</param>
    /// <returns>The new messages.</returns>
    internal Task<IReadOnlyList<ChatMessage>> StoreReceivedAsync(
        Conversation from,
        string sender,
        string fingerprint,
        IReadOnlyList<ReceivedMessage> messages,
        bool tellGaps = false,
        MessageState state = MessageState.Delivered,
        long? held = null,
        LogStep? step = null,
        Action<IReadOnlyList<ChatMessage>>? committed = null,
        bool flushes = true) =>
        database.WriteAsync<IReadOnlyList<ChatMessage>>(connection =>
        {
            if (held is { } local)
            {
                DropHeld(connection, local);
            }

            if (step is { } taken)
            {
                Take(connection, taken);
            }

            var conversation = _numbers.Of(connection, from);
            var number = _numbers.Of(connection, sender, fingerprint);
            var isCounted = tellGaps || from.Kind == ConversationKind.User;
            var last = isCounted ? LastSeq(connection, conversation, fingerprint) : null;
            var before = last;
            var stored = new List<ChatMessage>(messages.Count);
            var floor = Floor(connection, from, fingerprint);
            foreach (var message in messages.Where(message => message.Seq > floor))
            {
                var missing = tellGaps && last is { } known && message.Seq > known ? message.Seq - known - 1 : 0;
                if (Insert(connection, conversation, number, state, message, missing))
                {
                    stored.Add(new ChatMessage(
                        message.Id, sender, from, IsOwn: false, message.Seq, message.Text, message.SentAt, state, Missing: missing));
                }

                last = isCounted ? Math.Max(last ?? 0, message.Seq) : null;
            }

            if (last != before)
            {
                var highest = messages.First(message => message.Seq == last);
                connection.Statement(
                    """
                    INSERT INTO last_seqs (conversation, fingerprint, seq, id) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT DO UPDATE SET seq = excluded.seq, id = excluded.id
                    """).Bind(1, conversation).Bind(2, fingerprint).Bind(3, highest.Seq).Bind(4, Sql.Bytes(highest.Id)).Run();
            }

            AddUnread(connection, from, conversation, stored.Count);
            return stored;
        }, stored =>
        {
            Stored.Ring();
            committed?.Invoke(stored);
        }, flushes);

    // To the millisecond, as it is stored.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private ChatMessage Append(
        HistoryConnection connection,
        Conversation to,
        Guid id,
        string text,
        DateTimeOffset sentAt,
        in ActivityContext trace,
        Action<OutboxMessage>? leaving = null)
    {
        var conversation = _numbers.Of(connection, to);
        var seq = _seqs.Next(connection, conversation);
        Insert(
            connection, conversation, _numbers.Of(connection, self.Name, OwnFingerprint), MessageState.Sending,
            new ReceivedMessage(id, seq, text, sentAt, trace), missing: 0);
        if (leaving is not null)
        {
            _seqs.Left(conversation, seq);
            leaving(new OutboxMessage(id, seq, text, sentAt, trace));
        }

        return new ChatMessage(id, self.Name, to, IsOwn: true, seq, text, sentAt, MessageState.Sending);
    }

    private const string IsOwn = "id = $id AND sender = 0";

    private const string OwnFingerprint = "";

    private static long? FindConversation(HistoryConnection connection, Conversation conversation) => connection.Command(
        "SELECT id FROM conversations WHERE kind = $kind AND name = $name",
        ("$kind", (int)conversation.Kind), ("$name", conversation.Name))
        .FirstOrDefault(row => (long?)row.GetInt64(0));

    private static bool Insert(
        HistoryConnection connection, long conversation, long sender, MessageState state, in ReceivedMessage message, long missing)
    {
        Span<byte> id = stackalloc byte[16];
        message.Id.TryWriteBytes(id, bigEndian: true, out _);
        return connection.Statement(
            """
            INSERT INTO messages (conversation, id, sender, seq, text, sent_at, state, trace, missing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id, sender) DO NOTHING
            """)
            .Bind(1, conversation)
            .Bind(2, id)
            .Bind(3, sender)
            .Bind(4, message.Seq)
            .Bind(5, message.Text)
            .Bind(6, message.SentAt.ToUnixTimeMilliseconds())
            .Bind(7, (int)state)
            .Bind(8, TraceColumn.Write(message.Trace, stackalloc byte[TraceColumn.Size]))
            .Bind(9, missing)
            .Run() > 0;
    }

    private static long? LastSeq(HistoryConnection connection, long conversation, string fingerprint) => connection
        .Statement("SELECT seq FROM last_seqs WHERE conversation = ?1 AND fingerprint = ?2")
        .Bind(1, conversation).Bind(2, fingerprint).Number();
}
