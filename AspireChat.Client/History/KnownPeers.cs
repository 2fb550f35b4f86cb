using System.Collections.Concurrent;
using AspireChat.Client.Identity;

namespace AspireChat.Client.History;

/// <summary>A name and the key it is pinned to.</summary>
/// <param name="User">The user name.</param>
/// <param name="Fingerprint">The fingerprint of the key it had at first contact, or that this user accepted later.</param>
/// <param name="Epoch">The highest epoch seen with that key.</param>
public sealed record KnownPeer(string User, string Fingerprint, long Epoch);

/// <summary>A user to whom letters can be sealed.</summary>
/// <param name="User">The user name.</param>
/// <param name="Fingerprint">The fingerprint of the identity key; only its holder can open them.</param>
/// <param name="Key">The key they are sealed to, vouched for by the identity key.</param>
public sealed record Addressee(string User, string Fingerprint, SealingKey Key);

/// <summary>
/// Trust on first use: the key each name had when this client first met it. Kept in the local store, so that a forged entry
/// at the name server cannot impersonate a known peer.
/// </summary>
public sealed class KnownPeers(ChatDatabase database)
{
    // Every message that arrives asks for a pin. One entry per user met: some hundred bytes each. Changed right after the commit of
    // each change of a pin, before any later change runs.
    private readonly ConcurrentDictionary<string, KnownPeer> _pins = new(StringComparer.Ordinal);

    /// <summary>The pin of a name, or null if this client never met it.</summary>
    public KnownPeer? Find(string user)
    {
        if (_pins.TryGetValue(user, out var pin))
        {
            return pin;
        }

        // A pin that was just read may be older than one that is committed meanwhile.
        return database.Read(connection => Pinned(connection, user)) is { } stored ? _pins.GetOrAdd(user, stored) : null;
    }

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

        return await database.WriteAsync(
            connection =>
            {
                connection.Command(
                    """
                    INSERT INTO pins (name, fingerprint, epoch, since) VALUES ($name, $fingerprint, $epoch, $now)
                    ON CONFLICT (name) DO UPDATE SET epoch = max(epoch, excluded.epoch) WHERE fingerprint = excluded.fingerprint
                    """,
                    ("$name", user), ("$fingerprint", fingerprint), ("$epoch", epoch), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).Run();
                return Pinned(connection, user)!;
            },
            Remember);
    }

    /// <summary>Accepts another key for a name: replaces the pin and restarts its epoch at 0; nothing is sealed to the old one.</summary>
    public Task AcceptKeyAsync(string user, string fingerprint) => database.WriteAsync(
        connection =>
        {
            connection.Command(
                "DELETE FROM addressees WHERE name = $name AND fingerprint <> $fingerprint", ("$name", user), ("$fingerprint", fingerprint)).Run();
            connection.Command(
                """
                INSERT INTO pins (name, fingerprint, epoch, since) VALUES ($name, $fingerprint, 0, $now)
                ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, epoch = 0, since = excluded.since
                """,
                ("$name", user), ("$fingerprint", fingerprint), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).Run();
            return new KnownPeer(user, fingerprint, Epoch: 0);
        },
        Remember);

    /// <summary>To whom letters for a name are sealed, or null if none ever was.</summary>
    public Addressee? FindAddressee(string user) => database.Read(connection => connection.Command(
        "SELECT fingerprint, sealing_key, signature FROM addressees WHERE name = $name", ("$name", user))
        .FirstOrDefault(row => new Addressee(
            user, row.GetString(0), new SealingKey(row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2)))));

    /// <summary>
    /// Remembers to whom letters for a name are sealed. Letters for a user never met stay with the holder of the first key, until
    /// the name is pinned to another.
    /// </summary>
    public async Task AddressAsync(Addressee addressee)
    {
        if (FindAddressee(addressee.User) is { } known
            && known.Fingerprint == addressee.Fingerprint
            && known.Key.PublicKey.AsSpan().SequenceEqual(addressee.Key.PublicKey))
        {
            return;
        }

        await database.WriteAsync(connection => connection.Command(
            """
            INSERT INTO addressees (name, fingerprint, sealing_key, signature) VALUES ($name, $fingerprint, $key, $signature)
            ON CONFLICT (name) DO UPDATE SET fingerprint = $fingerprint, sealing_key = $key, signature = $signature
            WHERE fingerprint = $fingerprint OR EXISTS (SELECT 1 FROM pins WHERE name = $name AND fingerprint = $fingerprint)
            """,
            ("$name", addressee.User),
            ("$fingerprint", addressee.Fingerprint),
            ("$key", addressee.Key.PublicKey),
            ("$signature", addressee.Key.Signature)).Run());
    }

    private void Remember(KnownPeer pin) => _pins[pin.User] = pin;

    private static KnownPeer? Pinned(HistoryConnection connection, string user) => connection.Command(
        "SELECT fingerprint, epoch FROM pins WHERE name = $name", ("$name", user))
        .FirstOrDefault(row => new KnownPeer(user, row.GetString(0), row.GetInt64(1)));
}
