namespace AspireChat.Client.Names;

/// <summary>A user who is online, as reported by the name server. Nothing in it is proven: peers check keys themselves.</summary>
/// <param name="User">The user name.</param>
/// <param name="Address">Where the peer listens: <c>https://host:port</c>.</param>
/// <param name="Fingerprint">The fingerprint of the peer's key; 64 lower-case hex digits.</param>
/// <param name="Epoch">The epoch of this registration; at least 1, higher than that of every earlier one.</param>
/// <param name="Since">When the user registered, by the name server's clock, UTC, to the millisecond.</param>
public sealed record PeerRecord(string User, Uri Address, string Fingerprint, long Epoch, DateTimeOffset Since)
{
    /// <summary>Reads a record from Redis, where anyone may have written it.</summary>
    /// <returns>Null if it is malformed.</returns>
    internal static PeerRecord? Parse(string user, string? address, string? fingerprint, string? epoch, string? since) =>
        PeerAddress.TryParse(address, out var uri)
        && RecordFields.IsFingerprint(fingerprint)
        && RecordFields.TryParseEpoch(epoch, out var number)
        && RecordFields.TryParseTime(since, out var time)
            ? new PeerRecord(user, uri, fingerprint, number, time)
            : null;
}
