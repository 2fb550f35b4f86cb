using System.Security.Cryptography;
using System.Text;

namespace AspireChat.AppHost.Clients;

/// <summary>
/// Makes names of resources. Aspire requires letters, digits and single hyphens, a letter first, no hyphen last, and unique
/// names; users may be called <c>9lives</c>, <c>a_b</c> or <c>redis</c>.
/// </summary>
internal static class ResourceNames
{
    private const string Prefix = "client-";
    private const int HashDigits = 6;

    private static readonly string[] Reserved = ["redis", "rabbitmq", "epmd", "aspire-dashboard"];

    // Names that Aspire and this host give to parts of another resource: alice-token, alice-terminalhost-0.
    private static readonly string[] ReservedParts = ["-token", "-password", "-terminalhost-", "-rebuilder"];

    /// <summary>Returns the user's name where Aspire allows it, and otherwise one derived from it, <c>client-a-b-c91b26</c>.</summary>
    public static string Of(string user) =>
        char.IsAsciiLetter(user[0])
        && user.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && !user.Contains("--", StringComparison.Ordinal)
        && !user.EndsWith('-')
        && !Reserved.Contains(user)
        && !user.StartsWith(Prefix, StringComparison.Ordinal)
        && !ReservedParts.Any(part => user.Contains(part, StringComparison.Ordinal))
            ? user
            : $"{Prefix}{Words(user)}-{Hash(user)}";

    private static string Words(string user) => string.Join('-', user.Split(['-', '_'], StringSplitOptions.RemoveEmptyEntries));

    // Distinguishes names that differ only in hyphens and underscores.
    private static string Hash(string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)))[..HashDigits];
}
