using AspireChat.Client.Terminal;
using Xunit;

namespace AspireChat.Tests.Unit.Terminal;

public class LineBufferTests
{
    [Fact]
    public void Typed_characters_become_the_text()
    {
        Assert.Equal("héllo 日本 😀", After(Keys.Type("héllo 日本 😀")).Text);
    }

    [Fact]
    public void Keys_without_a_character_change_nothing()
    {
        Assert.Equal("ab", After([.. Keys.Type("a"), Keys.Escape, .. Keys.Type("b")]).Text);
    }

    [Fact]
    public void Letters_are_inserted_at_the_cursor()
    {
        Assert.Equal("1abXc2", After([.. Keys.Type("abc"), Keys.Left, .. Keys.Type("X"), Keys.Home, .. Keys.Type("1"), Keys.End, .. Keys.Type("2")]).Text);
    }

    [Theory]
    [InlineData("a😀", "a")]
    [InlineData("ae\u0301", "a")]
    [InlineData("", "")]
    public void Backspace_takes_a_whole_character(string typed, string left)
    {
        Assert.Equal(left, After([.. Keys.Type(typed), Keys.Backspace]).Text);
    }

    [Fact]
    public void Delete_takes_the_character_after_the_cursor()
    {
        Assert.Equal("ac", After([.. Keys.Type("a😀c"), Keys.Home, Keys.Right, Keys.Delete]).Text);
    }

    [Fact]
    public void The_cursor_stops_at_both_ends()
    {
        var line = After([.. Keys.Type("a"), Keys.Right, Keys.Right, Keys.Left, Keys.Left, Keys.Left]);

        Assert.Equal(0, line.Cursor);
        Assert.Equal("a", line.Text);
    }

    [Fact]
    public void One_key_deletes_a_word_or_one_side_of_the_line()
    {
        Assert.Equal("one ", After([.. Keys.Type("one two  "), Keys.Control(ConsoleKey.W)]).Text);
        Assert.Equal("", After([.. Keys.Type("one two"), Keys.Control(ConsoleKey.U)]).Text);
        Assert.Equal("o", After([.. Keys.Type("one"), Keys.Home, Keys.Right, Keys.Control(ConsoleKey.K)]).Text);
    }

    private static LineBuffer After(IEnumerable<ConsoleKeyInfo> keys)
    {
        var line = new LineBuffer();
        foreach (var key in keys)
        {
            line.Apply(key);
        }

        return line;
    }
}
