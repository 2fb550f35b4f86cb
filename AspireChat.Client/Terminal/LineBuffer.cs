using System.Globalization;

namespace AspireChat.Client.Terminal;

/// <summary>
/// The line that the user is typing: its text and the cursor, which moves and deletes by visible characters (text elements),
/// not by code units.
/// </summary>
internal sealed class LineBuffer
{
    /// <summary>The text typed so far.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The position of the next character: an index into <see cref="Text"/>.</summary>
    public int Cursor { get; private set; }

    /// <summary>Applies a key; ignores a key that has no meaning here.</summary>
    public void Apply(ConsoleKeyInfo key)
    {
        switch (key)
        {
            case { Key: ConsoleKey.Backspace }:
                Delete(Before(), Cursor);
                break;
            case { Key: ConsoleKey.Delete } or { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control }:
                Delete(Cursor, After());
                break;
            case { Key: ConsoleKey.LeftArrow } or { Key: ConsoleKey.B, Modifiers: ConsoleModifiers.Control }:
                Cursor = Before();
                break;
            case { Key: ConsoleKey.RightArrow } or { Key: ConsoleKey.F, Modifiers: ConsoleModifiers.Control }:
                Cursor = After();
                break;
            case { Key: ConsoleKey.Home } or { Key: ConsoleKey.A, Modifiers: ConsoleModifiers.Control }:
                Cursor = 0;
                break;
            case { Key: ConsoleKey.End } or { Key: ConsoleKey.E, Modifiers: ConsoleModifiers.Control }:
                Cursor = Text.Length;
                break;
            case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                Delete(0, Cursor);
                break;
            case { Key: ConsoleKey.K, Modifiers: ConsoleModifiers.Control }:
                Delete(Cursor, Text.Length);
                break;
            case { Key: ConsoleKey.W, Modifiers: ConsoleModifiers.Control }:
                Delete(WordStart(), Cursor);
                break;
            default:
                Insert(key.KeyChar);
                break;
        }
    }

    private void Insert(char c)
    {
        if (!char.IsControl(c))
        {
            Text = Text.Insert(Cursor++, c.ToString());
        }
    }

    private void Delete(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private int Before()
    {
        var before = 0;
        foreach (var start in StringInfo.ParseCombiningCharacters(Text))
        {
            if (start >= Cursor)
            {
                break;
            }

            before = start;
        }

        return before;
    }

    private int After() =>
        Cursor == Text.Length ? Cursor : Cursor + StringInfo.GetNextTextElementLength(Text, Cursor);

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && Text[start - 1] == ' ')
        {
            start--;
        }

        while (start > 0 && Text[start - 1] != ' ')
        {
            start--;
        }

        return start;
    }
}
