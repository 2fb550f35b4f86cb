namespace AspireChat.AppHost;

/// <summary>Makes untrusted text safe for a terminal.</summary>
internal static class Printable
{
    /// <summary>Replaces control characters, which could send commands to the terminal; a tab becomes a space.</summary>
    public static string Text(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '\uFFFD' : c))
        : text;
}
