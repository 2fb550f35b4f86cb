using System.Diagnostics;
using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>Runs commands, and the formats of this store's columns.</summary>
internal static class Sql
{
    public static List<T> ToList<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public static T? FirstOrDefault<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? row(reader) : default;
    }

    public static int Run(this SqliteCommand command) => command.ExecuteNonQuery();

    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    public static Guid Id(this SqliteDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column), bigEndian: true);

    public static DateTimeOffset Time(this SqliteDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public static string? Text(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static ActivityContext Trace(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? default : TraceColumn.Read(reader.GetFieldValue<byte[]>(column));

    /// <summary>Whether a message is one of this user's that a receipt covers: its row still says that it is in the outbox.</summary>
    public const string IsCovered = "(sender = 0 AND messages.state IN (0, 1) AND seq <= delivered_through)";

    /// <summary>The columns that <see cref="Message"/> reads.</summary>
    public const string MessageColumns =
        $"messages.id, senders.name, sender, seq, text, sent_at, iif({IsCovered}, iif(seq <= read_by_other, 3, 2), messages.state), "
        + $"iif({IsCovered}, NULL, reason), missing";

    /// <summary>The messages with their conversations and senders.</summary>
    public const string Messages =
        "messages JOIN conversations ON conversations.id = conversation JOIN senders ON senders.id = sender";

    public static ChatMessage Message(this SqliteDataReader reader, Conversation conversation) => new(
        reader.Id(0),
        reader.GetString(1),
        conversation,
        IsOwn: reader.GetInt64(2) == 0,
        reader.GetInt64(3),
        reader.GetString(4),
        reader.Time(5),
        (MessageState)reader.GetInt64(6),
        reader.Text(7),
        reader.GetInt64(8));
}
