using System.Security.Cryptography;

namespace AspireChat.Client.Groups;

/// <summary>
/// Identifies one creation of a group. The name may belong to another group tomorrow; a signature for one generation is void
/// in the next.
/// </summary>
internal static class Generation
{
    /// <summary>
    /// How many generations of a group are looked after: more than any series of losses makes, and few enough that a forged list costs
    /// nothing.
    /// </summary>
    public const int MaxKnown = 8;

    private const int Bytes = 16;

    /// <summary>A new generation: 128 random bits in hex, so that no sender can sign for it in advance.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Whether a text has the form of a generation.</summary>
    public static bool IsValid(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower);
}
