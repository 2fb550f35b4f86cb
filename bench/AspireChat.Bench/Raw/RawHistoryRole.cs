using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using Microsoft.Data.Sqlite;

namespace AspireChat.Bench.Raw;

/// <summary>
/// The least history: a table of ids, texts and times, which takes no id twice, and one mark up to which everything is read.
/// As safe as the product's: a write-ahead log that is flushed at every commit.
/// </summary>
internal sealed class RawHistoryRole : Role
{
    private const int BatchesPerCommit = 16;

    public RawHistoryRole()
    {
        On<Fill, Filled>(fill => Task.FromResult(Fill(fill)));
        On<Read, HistoryTimes>(read => Task.FromResult(Read(read)));
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Filled Fill(Fill fill)
    {
        using (var connection = Open(fill.Folder))
        {
            Run(connection, """
                CREATE TABLE messages (local INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, text TEXT NOT NULL, time INTEGER NOT NULL);
                CREATE TABLE mark (through INTEGER NOT NULL);
                INSERT INTO mark VALUES (0);
                """);
            for (var left = fill.Count; left > 0; left -= HistoryShape.Batch * BatchesPerCommit)
            {
                Insert(connection, Math.Min(left, HistoryShape.Batch * BatchesPerCommit));
            }
        }

        return new Filled(Directory.EnumerateFiles(fill.Folder, "raw.db*").Sum(file => new FileInfo(file).Length));
    }

    private static void Insert(SqliteConnection connection, int count)
    {
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO messages (id, text, time) VALUES ($id, $text, $time)";
        var id = insert.Parameters.Add("$id", SqliteType.Blob);
        var text = insert.Parameters.Add("$text", SqliteType.Text);
        var time = insert.Parameters.Add("$time", SqliteType.Integer);
        for (var i = 0; i < count; i++)
        {
            id.Value = Guid.CreateVersion7().ToByteArray(bigEndian: true);
            text.Value = Stamp.Text();
            time.Value = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static HistoryTimes Read(Read read)
    {
        using var connection = Open(read.Folder);
        Run(connection, "UPDATE mark SET through = 0");
        var unread = HistoryShape.Time(() => ReadPage(connection));
        var began = Stopwatch.GetTimestamp();
        Run(connection, "UPDATE mark SET through = (SELECT max(local) FROM messages)");
        return new HistoryTimes(
            unread, Stopwatch.GetElapsedTime(began).TotalMilliseconds, HistoryShape.Time(() => ReadPage(connection)));
    }

    private static void ReadPage(SqliteConnection connection)
    {
        using var select = connection.CreateCommand();
        select.CommandText = $"SELECT id, text, time FROM messages ORDER BY local DESC LIMIT {HistoryShape.Page}";
        using var rows = select.ExecuteReader();
        while (rows.Read())
        {
            _ = (rows.GetFieldValue<byte[]>(0), rows.GetString(1), rows.GetInt64(2));
        }
    }

    private static SqliteConnection Open(string folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")};Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
