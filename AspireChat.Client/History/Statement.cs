using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AspireChat.Client.History;

/// <summary>
/// One prepared statement of SQLite itself. The provider's commands look every parameter up by its name and make an object for
/// each value and result, which would cost as much as storing the message.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Parses and plans a text with parameters <c>?1</c>, <c>?2</c> and so on.</summary>
    /// <exception cref="SqliteException">The text is wrong.</exception>
    public Statement(SqliteConnection connection, string text)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, text, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>Gives a parameter its value.</summary>
    /// <param name="index">Its number; the first is 1.</param>
    /// <param name="value">The value, kept for all further runs.</param>
    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, index, value));
        return this;
    }

    /// <inheritdoc cref="Bind(int, long)"/>
    public Statement Bind(int index, string value)
    {
        Check(raw.sqlite3_bind_text16(_statement, index, value));
        return this;
    }

    /// <summary>Gives a parameter its value: bytes, or NULL if there are none.</summary>
    /// <param name="index">Its number; the first is 1.</param>
    /// <param name="value">The value, kept for all further runs.</param>
    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_null(_statement, index) : raw.sqlite3_bind_blob(_statement, index, value));
        return this;
    }

    /// <summary>Runs the statement.</summary>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="SqliteException">It failed, and changed nothing.</exception>
    public int Run()
    {
        Number();
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs the statement.</summary>
    /// <returns>The number in the first column of the first row; null if there is no row.</returns>
    /// <exception cref="SqliteException">It failed, and changed nothing.</exception>
    public long? Number()
    {
        try
        {
            long? first = null;
            int step;
            while ((step = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
            {
                first ??= raw.sqlite3_column_int64(_statement, 0);
            }

            if (step != raw.SQLITE_DONE)
            {
                Check(step);
            }

            return first;
        }
        finally
        {
            // Tells the same fault again, which was thrown already.
            _ = raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
