namespace AspireChat.Tests.Unit.Terminal;

/// <summary>Key presses as a terminal reports them.</summary>
internal static class Keys
{
    public static readonly ConsoleKeyInfo Enter = Press(ConsoleKey.Enter, '\r');
    public static readonly ConsoleKeyInfo Backspace = Press(ConsoleKey.Backspace, '\b');
    public static readonly ConsoleKeyInfo Delete = Press(ConsoleKey.Delete);
    public static readonly ConsoleKeyInfo Left = Press(ConsoleKey.LeftArrow);
    public static readonly ConsoleKeyInfo Right = Press(ConsoleKey.RightArrow);
    public static readonly ConsoleKeyInfo Home = Press(ConsoleKey.Home);
    public static readonly ConsoleKeyInfo End = Press(ConsoleKey.End);
    public static readonly ConsoleKeyInfo Escape = Press(ConsoleKey.Escape, '\e');

    public static IEnumerable<ConsoleKeyInfo> Type(string text) => text.Select(c => Press(default, c));

    public static ConsoleKeyInfo Control(ConsoleKey key) =>
        new((char)(key - ConsoleKey.A + 1), key, shift: false, alt: false, control: true);

    private static ConsoleKeyInfo Press(ConsoleKey key, char c = '\0') => new(c, key, shift: false, alt: false, control: false);
}
