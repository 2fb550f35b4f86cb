using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>Upgrades the local store to this program's version of the tables.</summary>
internal static class Schema
{
    /// <summary>This program's version of the tables.</summary>
    public static int Version => SchemaSteps.All.Count;

    /// <summary>Configures the connection as the writer and upgrades the file to this version; forgets what only the last process could know.</summary>
    public static void Prepare(HistoryConnection writer)
    {
        writer.Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;").Run();

        var found = writer.Command("PRAGMA user_version").FirstOrDefault(row => row.GetInt64(0));
        if (found > Version)
        {
            throw new SqliteException($"it has schema version {found}, this client knows {Version}", errorCode: 1);
        }

        if (found < Version)
        {
            // All steps or none, so that the file always has one consistent version.
            using var transaction = writer.BeginTransaction();
            var missing = string.Join('\n', SchemaSteps.All.Skip((int)found));
            writer.Command($"{missing} PRAGMA user_version = {Version};").Run();
            transaction.Commit();
        }

        // The last process may have been killed before it had flushed all.
        Touch(writer);

        // An earlier version may have deleted the newest message, whose number is given again.
        MessageStore.LowerMark(writer);

        // Why a message waits was known to the process that ended, and may not hold any more.
        writer.Command(
            $"""
            UPDATE messages SET reason = NULL WHERE local IN (
              SELECT local FROM conversations CROSS JOIN messages ON conversation = conversations.id
                AND sender = 0 AND messages.state = {(int)MessageState.Sending} AND seq > delivered_through
              WHERE reason IS NOT NULL)
            """).Run();
    }

    /// <summary>
    /// Writes what is there already. A commit that waits for the disk flushes the log up to itself, but only if it adds to the log, as
    /// this does.
    /// </summary>
    public static int Touch(HistoryConnection writer) => writer.Command($"PRAGMA user_version = {Version}").Run();
}
