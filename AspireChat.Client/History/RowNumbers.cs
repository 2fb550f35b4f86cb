using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>
/// The numbers that stand for conversations and senders in the rows of messages, remembered because every message needs them. For
/// the writer only.
/// </summary>
internal sealed class RowNumbers
{
    // Some hundred bytes each. A user who meets more senders than this looks them up again.
    private const int MostRemembered = 10_000;

    private readonly Dictionary<Conversation, long> _conversations = [];
    private readonly Dictionary<(string Name, string Fingerprint), long> _senders = [];

    /// <summary>Numbers that were given in a transaction which failed are forgotten with it.</summary>
    public RowNumbers(ChatDatabase database) => database.RolledBack += Forget;

    /// <summary>The number of a conversation, which is added if it is new.</summary>
    public long Of(HistoryConnection connection, Conversation conversation)
    {
        if (!_conversations.TryGetValue(conversation, out var number))
        {
            number = connection.Command(
                """
                INSERT INTO conversations (kind, name, state) VALUES ($kind, $name, $state)
                ON CONFLICT (kind, name) DO UPDATE SET name = excluded.name RETURNING id
                """,
                ("$kind", (int)conversation.Kind), ("$name", conversation.Name), ("$state", (int)ChatState.Closed))
                .FirstOrDefault(row => row.GetInt64(0));
            Remember(_conversations, conversation, number);
        }

        return number;
    }

    /// <summary>The number of a sender, who is added if new; 0 for this user.</summary>
    /// <param name="connection">The writer's connection.</param>
    /// <param name="name">The sender's name.</param>
    /// <param name="fingerprint">The sender's key; empty for this user.</param>
    public long Of(HistoryConnection connection, string name, string fingerprint)
    {
        if (!_senders.TryGetValue((name, fingerprint), out var number))
        {
            number = connection.Command(
                """
                INSERT INTO senders (id, name, fingerprint) VALUES (iif($fingerprint = '', 0, NULL), $name, $fingerprint)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name
                ON CONFLICT (fingerprint, name) DO UPDATE SET name = excluded.name RETURNING id
                """,
                ("$name", name), ("$fingerprint", fingerprint)).FirstOrDefault(row => row.GetInt64(0));
            Remember(_senders, (name, fingerprint), number);
        }

        return number;
    }

    /// <summary>Forgets all numbers, because a conversation may have been deleted.</summary>
    public void Forget()
    {
        _conversations.Clear();
        _senders.Clear();
    }

    private static void Remember<TKey>(Dictionary<TKey, long> numbers, TKey key, long number)
        where TKey : notnull
    {
        if (numbers.Count >= MostRemembered)
        {
            numbers.Clear();
        }

        numbers.Add(key, number);
    }
}
