using System.Globalization;
using System.Text;

namespace AspireChat.Client.Terminal;

/// <summary>
/// Makes other users' text safe to show in a terminal or a log: it cannot move the cursor, send commands to the terminal,
/// reorder text or hide it.
/// </summary>
/// <remarks>
/// C0 controls (ESC and BEL among them) and DEL become their visible pictures (U+2400 and following), so that an escape
/// sequence appears as harmless characters; line and paragraph ends become <c>␤</c>, a tab a space. C1 controls, which some
/// terminals obey like escape sequences, unpaired surrogates, and the overrides, embeddings and isolates of bidirectional
/// text (https://trojansource.codes) become U+FFFD. Other invisible format characters are left out. At most
/// <see cref="MaxMarks"/> combining marks stay on a character. Every control character is replaced, so it does not matter
/// whether a sequence arrives whole or split between two texts.
/// </remarks>
public static class TerminalText
{
    /// <summary>The largest number of combining marks shown on one character; no script needs more.</summary>
    public const int MaxMarks = 8;

    private const char Replacement = '\uFFFD';
    private const char NewLine = '\u2424';
    private const int Pictures = 0x2400;
    private const char DeletePicture = '\u2421';

    /// <summary>Returns the text as one safe line.</summary>
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

    /// <summary>Returns the text as one safe line of limited length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most characters, counted as text elements.</param>
    public static string Preview(string text, int maxLength)
    {
        var clean = Clean(text);
        var elements = new StringInfo(clean);
        return elements.LengthInTextElements <= maxLength
            ? clean
            : $"{elements.SubstringByTextElements(0, maxLength - 1)}…";
    }

    // Null if the rune is left out. EnumerateRunes has already turned unpaired surrogates into U+FFFD.
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
