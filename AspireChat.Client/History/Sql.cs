using System.Diagnostics;
using AspireChat.Client.Chat;
using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>Helpers for SQL commands, and the column formats of this store's values.</summary>
internal static class Sql
{
    public static SqliteCommand Command(this SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    public static List<T> ToList<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using (command)
        {
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(row(reader));
            }

            return rows;
        }
    }

    public static T? FirstOrDefault<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using (command)
        {
            using var reader = command.ExecuteReader();
            return reader.Read() ? row(reader) : default;
        }
    }

    public static int Run(this SqliteCommand command)
    {
        using (command)
        {
            return command.ExecuteNonQuery();
        }
    }

    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    public static Guid Id(this SqliteDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column), bigEndian: true);

    public static DateTimeOffset Time(this SqliteDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    public static string? Text(this SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static ActivityContext Trace(this SqliteDataReader reader, int traceparent, int tracestate) =>
        ActivityContext.TryParse(reader.Text(traceparent), reader.Text(tracestate), isRemote: true, out var context) ? context : default;

    // https://www.w3.org/TR/trace-context/#traceparent-header
    public static string? TraceParent(in ActivityContext context) => context == default
        ? null
        : $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    /// <summary>The columns that <see cref="Message"/> reads.</summary>
    public const string MessageColumns =
        "messages.id, sender, fingerprint, seq, text, sent_at, messages.state, reason, missing";

    public static ChatMessage Message(this SqliteDataReader reader, Conversation conversation) => new(
        reader.Id(0),
        reader.GetString(1),
        conversation,
        IsOwn: reader.GetString(2).Length == 0,
        reader.GetInt64(3),
        reader.GetString(4),
        reader.Time(5),
        (MessageState)reader.GetInt64(6),
        reader.Text(7),
        reader.GetInt64(8));
}
