using Microsoft.Data.Sqlite;

namespace AspireChat.Client.History;

/// <summary>A name and the key it is pinned to.</summary>
/// <param name="User">The user name.</param>
/// <param name="Fingerprint">The fingerprint of the key it had at first contact, or that this user accepted later.</param>
/// <param name="Epoch">The highest epoch seen with that key.</param>
public sealed record KnownPeer(string User, string Fingerprint, long Epoch);

/// <summary>
/// Trust on first use: the key each name had when this client first met it. Kept in the local store, so that a forged entry
/// at the name server cannot impersonate a known peer.
/// </summary>
public sealed class KnownPeers(ChatDatabase database)
{
    /// <summary>The pin of a name, or null if this client never met it.</summary>
    public KnownPeer? Find(string user) => database.Read(connection => Pinned(connection, user));

    /// <summary>
    /// Pins a name at first contact and remembers the highest epoch seen. An existing pin keeps its key.
    /// </summary>
    /// <returns>The resulting pin; its fingerprint differs from the given one if the name was already pinned to another key.</returns>
    public async Task<KnownPeer> MeetAsync(string user, string fingerprint, long epoch)
    {
        // The common case, at every later contact: there is nothing to write.
        if (Find(user) is { } known && (known.Fingerprint != fingerprint || known.Epoch >= epoch))
        {
            return known;
        }

        return await database.WriteAsync(connection =>
        {
            using (var command = connection.CreateCommand())
            {
                command.CommandText = """
                    INSERT INTO pins (name, fingerprint, epoch, since) VALUES ($name, $fingerprint, $epoch, $now)
                    ON CONFLICT (name) DO UPDATE SET epoch = max(epoch, excluded.epoch) WHERE fingerprint = excluded.fingerprint
                    """;
                command.Parameters.AddWithValue("$name", user);
                command.Parameters.AddWithValue("$fingerprint", fingerprint);
                command.Parameters.AddWithValue("$epoch", epoch);
                command.Parameters.AddWithValue("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                command.ExecuteNonQuery();
            }

            return Pinned(connection, user)!;
        });
    }

    /// <summary>Accepts another key for a name: replaces the pin and restarts its epoch at 0.</summary>
    public Task AcceptKeyAsync(string user, string fingerprint) => database.WriteAsync(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO pins (name, fingerprint, epoch, since) VALUES ($name, $fingerprint, 0, $now)
            ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, epoch = 0, since = excluded.since
            """;
        command.Parameters.AddWithValue("$name", user);
        command.Parameters.AddWithValue("$fingerprint", fingerprint);
        command.Parameters.AddWithValue("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return command.ExecuteNonQuery();
    });

    private static KnownPeer? Pinned(SqliteConnection connection, string user)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT fingerprint, epoch FROM pins WHERE name = $name";
        command.Parameters.AddWithValue("$name", user);
        using var reader = command.ExecuteReader();
        return reader.Read() ? new KnownPeer(user, reader.GetString(0), reader.GetInt64(1)) : null;
    }
}
