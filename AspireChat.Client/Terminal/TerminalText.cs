using System.Globalization;
using System.Text;

namespace AspireChat.Client.Terminal;

/// <summary>
/// Makes text that others wrote safe and honest to show in a terminal or a log: it can move no cursor, ask the terminal
/// for nothing, reorder nothing and hide nothing.
/// </summary>
/// <remarks>
/// C0 controls (ESC and BEL among them) and DEL become their visible pictures (U+2400 and following), so that an escape
/// sequence shows as the harmless characters that it is made of; line and paragraph ends become <c>␤</c>, a tab a space.
/// C1 controls, which some terminals obey like escape sequences, unpaired surrogates, and the overrides, embeddings and
/// isolates of bidirectional text (https://trojansource.codes) become U+FFFD. Other invisible format characters are
/// left out. At most <see cref="MaxMarks"/> combining marks stay on a character. Since every control character goes,
/// it makes no difference whether a sequence comes whole or split over two texts.
/// </remarks>
public static class TerminalText
{
    /// <summary>The most combining marks shown on one character; no script needs more.</summary>
    public const int MaxMarks = 8;

    private const char Replacement = '\uFFFD';
    private const char NewLine = '\u2424';
    private const int Pictures = 0x2400;
    private const char DeletePicture = '\u2421';

    /// <summary>The text as one safe line.</summary>
    public static string Clean(string text)
    {
        if (text.All(c => c is >= ' ' and <= '~'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var marks = 0;
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark)
            {
                if (++marks <= MaxMarks)
                {
                    clean.Append(rune);
                }
            }
            else if (Shown(rune, category) is { } shown)
            {
                marks = 0;
                clean.Append(shown);
            }
        }

        return clean.ToString();
    }

    /// <summary>The text as one safe line of limited length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most characters as a reader counts them (text elements).</param>
    public static string Preview(string text, int maxLength)
    {
        var clean = Clean(text);
        var elements = new StringInfo(clean);
        return elements.LengthInTextElements <= maxLength
            ? clean
            : $"{elements.SubstringByTextElements(0, maxLength - 1)}…";
    }

    // Null if nothing is shown in its place. EnumerateRunes has made unpaired surrogates U+FFFD already.
    private static Rune? Shown(Rune rune, UnicodeCategory category) => rune.Value switch
    {
        '\t' => new Rune(' '),
        '\n' or '\u2028' or '\u2029' => new Rune(NewLine),
        < ' ' => new Rune(Pictures + rune.Value),
        '\u007F' => new Rune(DeletePicture),
        >= 0x80 and <= 0x9F => new Rune(Replacement),
        (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => new Rune(Replacement),
        _ => category == UnicodeCategory.Format ? null : rune,
    };
}
