using System.Globalization;
using System.Text;

namespace AspireChat.Client.History;

/// <summary>The words of a search, as an expression of SQLite's full-text index (https://www.sqlite.org/fts5.html).</summary>
/// <remarks>
/// Each word is a quoted string, in which nothing has a meaning but the quotation mark, so no text of a user is read as syntax.
/// The index splits a word such as <c>e-mail</c> as it splits texts, and finds its parts next to each other.
/// </remarks>
public sealed class SearchWords
{
    private SearchWords(string expression) => Expression = expression;

    /// <summary>The expression: all words, the last one also as the beginning of a longer one.</summary>
    internal string Expression { get; }

    /// <summary>Reads what a user has typed; null if it contains no letter and no digit, which alone make words.</summary>
    public static SearchWords? Parse(string text)
    {
        // A control character separates words; SQLite would end the expression at U+0000.
        var spaced = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        var words = spaced.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.EnumerateRunes().Any(IsOfWord))
            .Select(word => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        var expression = string.Join(' ', words);
        return expression.Length == 0 ? null : new SearchWords(expression + " *");
    }

    // As the index's tokenizer: letters, numbers, and characters for private use.
    private static bool IsOfWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse;
}
