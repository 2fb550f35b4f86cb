using System.Globalization;
using System.Text;

namespace AspireChat.Protos.Rules;

/// <summary>
/// Makes other users' text safe to show, on a page, in a terminal, a log or a notification: it cannot move the cursor, send
/// commands to the terminal, reorder text or hide it.
/// </summary>
/// <remarks>
/// C0 controls (ESC and BEL among them) and DEL become their visible pictures (U+2400 and following), so that an escape
/// sequence appears as harmless characters; a tab becomes a space. C1 controls, which some terminals obey like escape
/// sequences, unpaired surrogates, and the overrides, embeddings and isolates of bidirectional text
/// (https://trojansource.codes) become U+FFFD. Other invisible characters are left out. At most <see cref="MaxMarks"/>
/// combining marks stay on a character. Every control character is replaced, so it does not matter whether a sequence
/// arrives whole or split between two texts. The result is valid Unicode and never longer than the text. It is not escaped
/// for HTML or any other markup.
/// </remarks>
public static class ShownText
{
    /// <summary>The largest number of combining marks shown on one character; no script needs more.</summary>
    public const int MaxMarks = 8;

    private const char Replacement = '\uFFFD';
    private const char LineEndPicture = '\u2424';
    private const int Pictures = 0x2400;
    private const char DeletePicture = '\u2421';

    /// <summary>Returns the text as one safe line; ends of lines and paragraphs become <c>␤</c>.</summary>
    public static string Line(string text) => Clean(text, LineEndPicture);

    /// <summary>Returns the text as safe lines; ends of lines and paragraphs become <c>\n</c>.</summary>
    public static string Lines(string text) => Clean(text, '\n');

    /// <summary>Returns the text as one safe line of limited length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most characters, counted as text elements.</param>
    public static string Preview(string text, int maxLength)
    {
        var clean = Line(text);
        var elements = new StringInfo(clean);
        return elements.LengthInTextElements <= maxLength
            ? clean
            : $"{elements.SubstringByTextElements(0, maxLength - 1)}…";
    }

    /// <summary>Whether a rune is a combining mark, which is drawn on the character before it.</summary>
    public static bool IsMark(Rune rune) => IsMark(Rune.GetUnicodeCategory(rune));

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Clean(string text, char lineEnd)
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
            if (IsMark(category))
            {
                if (++marks <= MaxMarks)
                {
                    clean.Append(rune);
                }
            }
            else if (Shown(rune, category, lineEnd) is { } shown)
            {
                marks = 0;
                clean.Append(shown);
            }
        }

        return clean.ToString();
    }

    // Null if the rune is left out. EnumerateRunes has already turned unpaired surrogates into U+FFFD.
    private static Rune? Shown(Rune rune, UnicodeCategory category, char lineEnd) => rune.Value switch
    {
        '\t' => new Rune(' '),
        '\n' or '\u2028' or '\u2029' => new Rune(lineEnd),
        < ' ' => new Rune(Pictures + rune.Value),
        '\u007F' => new Rune(DeletePicture),
        >= 0x80 and <= 0x9F => new Rune(Replacement),
        (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) => new Rune(Replacement),
        _ => category == UnicodeCategory.Format || IsInvisible(rune.Value) ? null : rune,
    };

    // What Unicode calls ignorable by default beyond format characters and marks: letters that fill a place of Hangul, and
    // code points reserved for more of the kind.
    private static bool IsInvisible(int value) =>
        value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2065 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);
}
