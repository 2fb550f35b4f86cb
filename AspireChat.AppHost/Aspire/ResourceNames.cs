namespace AspireChat.AppHost.Aspire;

/// <summary>
/// Names in the diagram. Aspire wants letters, digits and single hyphens that neither begin nor end the name, the first
/// a letter, and no name twice; users may be called <c>9lives</c>, <c>a_b</c> or <c>redis</c>.
/// </summary>
internal static class ResourceNames
{
    private const string Prefix = "client-";
    private static readonly string[] Reserved = ["redis", "rabbitmq", "epmd", "compose"];

    // What Aspire and this host call the parts of another resource: alice-token, alice-terminalhost-0, compose-dashboard.
    private static readonly string[] ReservedParts = ["-token", "-password", "-terminalhost-", "-rebuilder", "-dashboard"];

    /// <summary>The user's own name where Aspire takes it; else <c>client-</c> and the place in the list.</summary>
    public static string Of(string user, int position) =>
        char.IsAsciiLetter(user[0])
        && user.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && !user.Contains("--", StringComparison.Ordinal)
        && !user.EndsWith('-')
        && !user.StartsWith(Prefix, StringComparison.Ordinal)
        && !Reserved.Contains(user)
        && !ReservedParts.Any(part => user.Contains(part, StringComparison.Ordinal))
            ? user
            : $"{Prefix}{position + 1}";
}
