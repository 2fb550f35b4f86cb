using System.Security.Cryptography;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// An entry of a log that this client has stored, and everything before it: where the entry is, in the words of the log's server, and a
/// digest of it. A log that is lost and made anew counts its entries from the beginning again, and has another entry there, or none.
/// </summary>
/// <param name="At">Where the entry is: without spaces.</param>
/// <param name="Digest">The first 64 bits of the SHA-256 of its body, in hex.</param>
internal readonly record struct LogPosition(string At, string Digest)
{
    private const int DigestBytes = 8;

    /// <summary>The position of an entry.</summary>
    public static LogPosition Of(string at, ReadOnlySpan<byte> body) =>
        new(at, Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, DigestBytes)));

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static LogPosition? Parse(string? text) => text?.Split(' ') is [var at, var digest] ? new LogPosition(at, digest) : null;

    /// <summary>The form in the local store.</summary>
    public override string ToString() => $"{At} {Digest}";
}
