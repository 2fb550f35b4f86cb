using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace AspireChat.Client.Names;

/// <summary>
/// The format of each field that Redis holds. Anyone who can reach Redis can write there, so a value that does not match
/// exactly is refused before it can reach a connection, a log or a screen.
/// </summary>
internal static class RecordFields
{
    /// <summary>The highest epoch: Lua counts in doubles, which are exact up to here (2^53 - 1).</summary>
    public const long MaxEpoch = (1L << 53) - 1;

    /// <summary>The most bytes of a key or a signature; those of P-256 have 91 and 64.</summary>
    public const int MaxBytes = 256;

    private const int FingerprintLength = 64;
    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>64 lower-case hex digits.</summary>
    public static bool IsFingerprint([NotNullWhen(true)] string? text) =>
        text is { Length: FingerprintLength } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A decimal number from 1 to <see cref="MaxEpoch"/>.</summary>
    public static bool TryParseEpoch(string? text, out long epoch) =>
        TryParseDigits(text, out epoch) && epoch is >= 1 and <= MaxEpoch;

    /// <summary>Milliseconds since 1970-01-01 UTC, decimal.</summary>
    public static bool TryParseTime(string? text, out DateTimeOffset time)
    {
        time = default;
        if (!TryParseDigits(text, out var milliseconds) || milliseconds > LastMillisecond)
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    /// <summary>Base64 (RFC 4648, section 4) of at most <see cref="MaxBytes"/> bytes.</summary>
    public static bool TryParseBytes(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var room = new byte[MaxBytes];
        if (text is null || !Convert.TryFromBase64String(text, room, out var length))
        {
            return false;
        }

        bytes = room[..length];
        return true;
    }

    private static bool TryParseDigits(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
