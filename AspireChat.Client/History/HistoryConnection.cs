using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>
/// A connection to the history that keeps its statements, so that each SQL text is parsed and planned once: that costs more than
/// running most of them. For one thread at a time; a result is read to its end before the same text runs again.
/// </summary>
/// <param name="connectionString">As for <see cref="SqliteConnection"/>; opened by the caller.</param>
public sealed class HistoryConnection(string connectionString) : SqliteConnection(connectionString)
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    /// <summary>A command with its parameters, in the order in which the same text always has them.</summary>
    internal SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(text, out var command))
        {
            command = CreateCommand();
            command.CommandText = text;
            foreach (var (name, _) in parameters)
            {
                command.Parameters.AddWithValue(name, DBNull.Value);
            }

            _commands.Add(text, command);
        }

        command.Transaction = Transaction;
        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>A statement for what runs with every message; its values are bound by position.</summary>
    internal Statement Statement(string text)
    {
        if (!_statements.TryGetValue(text, out var statement))
        {
            _statements.Add(text, statement = new Statement(this, text));
        }

        return statement;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var statement in _statements.Values)
            {
                statement.Dispose();
            }

            foreach (var command in _commands.Values)
            {
                command.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
