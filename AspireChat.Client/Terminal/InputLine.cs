using System.Globalization;
using Spectre.Console.Rendering;

namespace AspireChat.Client.Terminal;

/// <summary>
/// Draws the line that the user is typing: a prompt and as much of the text around the cursor as fits into one row, so that
/// it can be erased and redrawn below incoming messages.
/// </summary>
internal static class InputLine
{
    private const string TakeAway = "\r\e[J";

    /// <summary>The sequence that erases the row and leaves the cursor at its start.</summary>
    public static string Clear => TakeAway;

    /// <summary>Makes the sequence that draws the row from its start and places the cursor.</summary>
    /// <param name="prompt">The prompt before the text.</param>
    /// <param name="line">The text and its cursor.</param>
    /// <param name="width">The width of a row in cells.</param>
    public static string Draw(string prompt, LineBuffer line, int width)
    {
        // The last cell stays free: writing there moves some terminals to the next row.
        var room = Math.Max(1, width - CellsOf(prompt) - 1);
        var before = ElementsOf(line.Text[..line.Cursor]);
        var after = ElementsOf(line.Text[line.Cursor..]);

        // The text left of the cursor as far back as it fits, then the text right of it.
        var first = before.Count;
        var left = 0;
        while (first > 0 && left + CellsOf(before[first - 1]) <= room)
        {
            left += CellsOf(before[--first]);
        }

        var count = 0;
        var right = 0;
        while (count < after.Count && left + right + CellsOf(after[count]) <= room)
        {
            right += CellsOf(after[count++]);
        }

        var back = right > 0 ? $"\e[{right}D" : "";
        return $"{TakeAway}{prompt}{string.Concat(before.Skip(first))}{string.Concat(after.Take(count))}{back}";
    }

    /// <summary>The width of a text in cells.</summary>
    public static int CellsOf(string text) => new Segment(text).CellCount();

    private static List<string> ElementsOf(string text)
    {
        var elements = new List<string>();
        var all = StringInfo.GetTextElementEnumerator(text);
        while (all.MoveNext())
        {
            elements.Add(ShownText.Line(all.GetTextElement()));
        }

        return elements;
    }
}
