using System.Globalization;
using Spectre.Console.Rendering;

namespace AspireChat.Client.Terminal;

/// <summary>
/// How a line that is being typed looks: a prompt and as much of the text around the cursor as fits into one row, so
/// that it can be taken away and drawn again below whatever comes in.
/// </summary>
internal static class InputLine
{
    private const string TakeAway = "\r\e[J";

    /// <summary>What takes the row away; the cursor is at its start afterwards.</summary>
    public static string Clear => TakeAway;

    /// <summary>What draws the row, from its start, and places the cursor.</summary>
    /// <param name="prompt">What stands before the text.</param>
    /// <param name="line">The text and its cursor.</param>
    /// <param name="width">The cells of a row.</param>
    public static string Draw(string prompt, LineBuffer line, int width)
    {
        // The last cell stays free: writing there moves some terminals to the next row.
        var room = Math.Max(1, width - CellsOf(prompt) - 1);
        var before = ElementsOf(line.Text[..line.Cursor]);
        var after = ElementsOf(line.Text[line.Cursor..]);

        // What is left of the cursor as far back as it fits, then what is right of it.
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

    /// <summary>How many cells a text takes in a row.</summary>
    public static int CellsOf(string text) => new Segment(text).CellCount();

    private static List<string> ElementsOf(string text)
    {
        var elements = new List<string>();
        var all = StringInfo.GetTextElementEnumerator(text);
        while (all.MoveNext())
        {
            elements.Add(TerminalText.Clean(all.GetTextElement()));
        }

        return elements;
    }
}
