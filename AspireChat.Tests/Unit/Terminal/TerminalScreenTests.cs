using System.Threading.Channels;
using AspireChat.Client.Terminal;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Terminal;

public sealed class TerminalScreenTests : IDisposable
{
    private readonly StringWriter _terminal = new();
    private readonly Channel<ConsoleKeyInfo> _keys = Channel.CreateUnbounded<ConsoleKeyInfo>();
    private readonly TerminalScreen _screen;
    private (int Width, int Height) _size = (40, 10);

    public TerminalScreenTests() => _screen = new TerminalScreen(_terminal, () => _size, _keys.Reader);

    public void Dispose()
    {
        _screen.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public async Task A_line_ends_with_Enter()
    {
        Press([.. Keys.Type("hällo"), Keys.Enter, .. Keys.Type("next")]);

        Assert.Equal(new TypedLine(LineEnd.Entered, "hällo"), await ReadAsync());
    }

    [Fact]
    public async Task Ctrl_C_clears_a_line_and_cancels_an_empty_one()
    {
        Press([.. Keys.Type("oops"), Keys.Control(ConsoleKey.C), .. Keys.Type("a"), Keys.Enter, Keys.Control(ConsoleKey.C)]);

        Assert.Equal(new TypedLine(LineEnd.Entered, "a"), await ReadAsync());
        Assert.Equal(new TypedLine(LineEnd.Cancelled, ""), await ReadAsync());
    }

    [Fact]
    public async Task Ctrl_D_closes_an_empty_line()
    {
        Press([Keys.Control(ConsoleKey.D)]);

        Assert.Equal(LineEnd.Closed, (await ReadAsync()).End);
    }

    [Fact]
    public async Task A_closed_terminal_closes_the_line()
    {
        _keys.Writer.Complete();

        Assert.Equal(LineEnd.Closed, (await ReadAsync()).End);
    }

    [Fact]
    public async Task Arriving_messages_are_printed_above_the_half_typed_line()
    {
        var reading = ReadAsync();
        Press(Keys.Type("half"));
        await Until.True("the half-typed line is drawn", () => Task.FromResult(Drawn().EndsWith("> half", StringComparison.Ordinal)));
        Forget();

        _screen.Print($"bob: hi");

        Assert.Equal("\r\e[Jbob: hi\n\r\e[J> half", Drawn());
        Press([.. Keys.Type("!"), Keys.Enter]);
        Assert.Equal("half!", (await reading.DefaultTimeout()).Text);
    }

    [Fact]
    public void Values_are_cleaned_and_taken_literally()
    {
        _screen.Print($"[bold]{"[red]x[/]\e[2J"}[/]");

        Assert.Contains("[red]x[/]␛[2J", Drawn(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", Drawn(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_printed_line_is_overwritten_in_place()
    {
        var place = _screen.Print($"12:00 … me: a text that is longer than one row of the terminal");
        _screen.Print($"another line");
        Forget();

        _screen.Overwrite(place, 6, $"✓✓");

        Assert.Equal("\e7\e[3A\r\e[6C✓✓\e8", Drawn());
    }

    [Fact]
    public void A_line_that_scrolled_away_is_not_overwritten()
    {
        var place = _screen.Print($"12:00 … me: hi");
        for (var i = 0; i < _size.Height; i++)
        {
            _screen.Print($"line {i}");
        }

        Forget();
        _screen.Overwrite(place, 6, $"✓✓");

        Assert.Equal("", Drawn());
    }

    [Fact]
    public void A_line_that_a_resize_may_have_moved_is_not_overwritten()
    {
        var place = _screen.Print($"12:00 … me: hi");
        _size = (80, 10);
        Forget();

        _screen.Overwrite(place, 6, $"✓✓");

        Assert.Equal("", Drawn());
    }

    [Theory]
    [InlineData("abc", 3, "> abc")]
    [InlineData("abc", 1, "> abc\e[2D")]
    [InlineData("日本", 1, "> 日本\e[2D")]
    [InlineData("0123456789", 10, "> 3456789")]
    [InlineData("0123456789", 0, "> 0123456\e[7D")]
    public void A_long_line_shows_the_part_around_its_cursor(string text, int cursor, string row)
    {
        var line = new LineBuffer();
        foreach (var key in Keys.Type(text))
        {
            line.Apply(key);
        }

        while (line.Cursor > cursor)
        {
            line.Apply(Keys.Left);
        }

        Assert.Equal("\r\e[J" + row, InputLine.Draw("> ", line, width: 10));
    }

    private async Task<TypedLine> ReadAsync() =>
        await _screen.ReadLineAsync("> ", keep: false, TestContext.Current.CancellationToken).DefaultTimeout();

    private void Press(IEnumerable<ConsoleKeyInfo> keys)
    {
        foreach (var key in keys)
        {
            _keys.Writer.TryWrite(key);
        }
    }

    private string Drawn() => _terminal.ToString();

    private void Forget() => _terminal.GetStringBuilder().Clear();
}
