using System.Security.Cryptography;
using System.Text;

namespace AspireChat.AppHost.Clients;

/// <summary>
/// Names in the diagram. Aspire wants letters, digits and single hyphens that neither begin nor end the name, the first
/// a letter, and no name twice; users may be called <c>9lives</c>, <c>a_b</c> or <c>redis</c>.
/// </summary>
internal static class ResourceNames
{
    private const string Prefix = "client-";
    private const int HashDigits = 6;

    private static readonly string[] Reserved = ["redis", "rabbitmq", "epmd", "aspire-dashboard"];

    // What Aspire and this host call the parts of another resource: alice-token, alice-terminalhost-0.
    private static readonly string[] ReservedParts = ["-token", "-password", "-terminalhost-", "-rebuilder"];

    /// <summary>The user's own name where Aspire takes it; else one made of it, <c>client-a-b-c91b26</c>.</summary>
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

    // Keeps apart what differs in hyphens and underscores only.
    private static string Hash(string user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user)))[..HashDigits];
}
