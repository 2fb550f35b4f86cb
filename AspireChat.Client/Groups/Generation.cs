using System.Security.Cryptography;

namespace AspireChat.Client.Groups;

/// <summary>
/// One creation of a group. The name may belong to another group tomorrow; what is signed for one generation is worth
/// nothing in the next.
/// </summary>
internal static class Generation
{
    private const int Bytes = 16;

    /// <summary>A new one: 128 random bits in hex, so that nobody can sign for it in advance.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Whether a text has its form.</summary>
    public static bool IsValid(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower);
}
