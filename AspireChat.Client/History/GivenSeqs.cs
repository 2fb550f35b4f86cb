namespace AspireChat.Client.History;

/// <summary>
/// Gives this user's messages their seqs, and writes the last one of each conversation once per transaction instead of once per
/// message. For the writer only.
/// </summary>
internal sealed class GivenSeqs
{
    private readonly Dictionary<long, long> _unwritten = [];
    private readonly Dictionary<long, long> _left = [];
    private readonly Dictionary<long, long> _first = [];

    /// <summary>Writes what was given before each commit.</summary>
    public GivenSeqs(ChatDatabase database)
    {
        database.Committing += Write;
        database.RolledBack += _unwritten.Clear;
    }

    /// <summary>The next seq of a conversation: above all that were given, and above those that left and whose commit failed.</summary>
    public long Next(HistoryConnection connection, long conversation)
    {
        if (!_unwritten.TryGetValue(conversation, out var last))
        {
            last = connection.Statement("SELECT last_seq FROM conversations WHERE id = ?1").Bind(1, conversation).Number() ?? 0;
        }

        var seq = Math.Max(last, _left.GetValueOrDefault(conversation)) + 1;
        _unwritten[conversation] = seq;
        _first.TryAdd(conversation, seq);
        return seq;
    }

    /// <summary>Records that a message left although it is not committed.</summary>
    public void Left(long conversation, long seq) => _left[conversation] = seq;

    /// <summary>The first seq that this process gave in a conversation; null if none.</summary>
    public long? First(long conversation) => _first.TryGetValue(conversation, out var first) ? first : null;

    /// <summary>Writes what was given so far: before the last seqs are read or changed in the same transaction.</summary>
    public void Write(HistoryConnection connection)
    {
        foreach (var (conversation, seq) in _unwritten)
        {
            connection.Statement("UPDATE conversations SET last_seq = ?2 WHERE id = ?1").Bind(1, conversation).Bind(2, seq).Run();
        }

        _unwritten.Clear();
    }
}
