using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>Brings the local store to the version of its tables that this program has.</summary>
internal static class Schema
{
    /// <summary>The version that this program has.</summary>
    public static int Version => SchemaSteps.All.Count;

    /// <summary>Sets the connection up as the writer and brings the file to this version.</summary>
    public static void Prepare(SqliteConnection writer)
    {
        writer.Command("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;").Run();

        var found = writer.Command("PRAGMA user_version").FirstOrDefault(row => row.GetInt64(0));
        if (found > Version)
        {
            throw new SqliteException($"it has schema version {found}, this client knows {Version}", errorCode: 1);
        }

        if (found < Version)
        {
            // All steps or none: whatever happens, the file is of one version.
            using var transaction = writer.BeginTransaction();
            var missing = string.Join('\n', SchemaSteps.All.Skip((int)found));
            writer.Command($"{missing} PRAGMA user_version = {Version};").Run();
            transaction.Commit();
        }
    }
}
