namespace AspireChat.Client.Names;

/// <summary>Records that a name belongs to a key, whether its user is online or not. Users with a claim are the known users.</summary>
/// <param name="User">The user name.</param>
/// <param name="Fingerprint">The fingerprint of the key that owns the name; 64 lower-case hex digits.</param>
/// <param name="Epoch">How many times the name has been registered; at least 1.</param>
public sealed record Claim(string User, string Fingerprint, long Epoch)
{
    /// <summary>Reads a claim from Redis, where anyone may have written it.</summary>
    /// <returns>Null if it is malformed.</returns>
    internal static Claim? Parse(string user, string? fingerprint, string? epoch) =>
        RecordFields.IsFingerprint(fingerprint) && RecordFields.TryParseEpoch(epoch, out var number)
            ? new Claim(user, fingerprint, number)
            : null;
}
