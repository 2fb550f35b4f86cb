namespace AspireChat.AppHost;

/// <summary>Makes text of others safe for a terminal.</summary>
internal static class Printable
{
    /// <summary>Replaces control characters, with which a text could command the terminal; a tab becomes a space.</summary>
    public static string Text(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '\uFFFD' : c))
        : text;
}
