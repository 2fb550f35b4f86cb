using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AspireChat.Client.Terminal;

/// <summary>How a line of input ended.</summary>
internal enum LineEnd
{
    /// <summary>With Enter.</summary>
    Entered,

    /// <summary>With Ctrl-C on an empty line.</summary>
    Cancelled,

    /// <summary>With Ctrl-D on an empty line, or because the terminal is gone.</summary>
    Closed,
}

/// <summary>A line that the user typed.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Text">The text; empty unless it ended with Enter.</param>
internal readonly record struct TypedLine(LineEnd End, string Text);

/// <summary>Where a line was printed, to change a part of it later.</summary>
/// <param name="Row">Its first row, counted from the first printed row.</param>
/// <param name="Width">The width of the terminal at that time; another width moves the line.</param>
internal readonly record struct PrintedLine(int Row, int Width);

/// <summary>
/// The terminal: prints lines above the one that the user is typing, and reads that one. All output from any thread goes
/// through this class, so that no output interrupts another.
/// </summary>
/// <param name="output">The terminal.</param>
/// <param name="size">The terminal's present size in cells.</param>
/// <param name="keys">The keys that are pressed.</param>
internal sealed class TerminalScreen(TextWriter output, Func<(int Width, int Height)> size, ChannelReader<ConsoleKeyInfo> keys)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Canvas _canvas = new();
    private string _prompt = "";
    private LineBuffer? _line;
    private int _rows;

    /// <summary>Prints a line of Spectre's markup; values in it are cleaned and taken literally.</summary>
    public PrintedLine Print(FormattableString markup) => Print(Safe(markup));

    /// <summary>Prints an object that Spectre can draw; its content must already be safe.</summary>
    public PrintedLine Print(IRenderable content)
    {
        lock (_gate)
        {
            var width = size().Width;
            var drawn = _canvas.Draw(content, width);
            var place = new PrintedLine(_rows, width);
            _rows += drawn.Count(c => c == '\n');
            Write((_line is null ? "" : InputLine.Clear) + drawn + DrawInput(width));
            return place;
        }
    }

    /// <summary>Overwrites a part of the first row of a printed line if that row is still visible.</summary>
    /// <param name="place">The line.</param>
    /// <param name="column">The first cell to overwrite.</param>
    /// <param name="markup">The text to write there; it must be as wide as the text it replaces.</param>
    public void Overwrite(PrintedLine place, int column, FormattableString markup)
    {
        lock (_gate)
        {
            var (width, height) = size();
            var up = _rows - place.Row;
            if (up < height && width == place.Width)
            {
                Write($"\e7\e[{up}A\r\e[{column}C{_canvas.Draw(Safe(markup), width).TrimEnd('\n')}\e8");
            }
        }
    }

    /// <summary>Lets the user type a line.</summary>
    /// <param name="prompt">The prompt before it; plain text.</param>
    /// <param name="keep">Whether the line stays on the screen when it has ended.</param>
    /// <param name="cancellationToken">Removes the line.</param>
    public async Task<TypedLine> ReadLineAsync(string prompt, bool keep, CancellationToken cancellationToken)
    {
        Open(prompt);
        try
        {
            while (await keys.WaitToReadAsync(cancellationToken))
            {
                if (TakeKeys() is { } typed)
                {
                    Close(keep);
                    return typed;
                }
            }

            return new TypedLine(LineEnd.Closed, "");
        }
        finally
        {
            Close(keep: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _canvas.Dispose();

    // Text that is pasted or typed quickly is drawn in one step.
    private TypedLine? TakeKeys()
    {
        lock (_gate)
        {
            var line = _line!;
            while (keys.TryRead(out var key))
            {
                switch (key)
                {
                    case { Key: ConsoleKey.Enter } or { KeyChar: '\r' or '\n' }:
                        return new TypedLine(LineEnd.Entered, line.Text);
                    case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control } when line.Text is "":
                        return new TypedLine(LineEnd.Cancelled, "");
                    case { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control }:
                        _line = line = new LineBuffer();
                        break;
                    case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Text is "":
                        return new TypedLine(LineEnd.Closed, "");
                    default:
                        line.Apply(key);
                        break;
                }
            }

            Write(DrawInput(size().Width));
            return null;
        }
    }

    private void Open(string prompt)
    {
        lock (_gate)
        {
            _prompt = prompt;
            _line = new LineBuffer();
            Write(DrawInput(size().Width));
        }
    }

    private void Close(bool keep)
    {
        lock (_gate)
        {
            if (_line is null)
            {
                return;
            }

            Write(keep ? DrawInput(size().Width) + "\n" : InputLine.Clear);
            _rows += keep ? 1 : 0;
            _line = null;
        }
    }

    private string DrawInput(int width) => _line is null ? "" : InputLine.Draw(_prompt, _line, width);

    private void Write(string text)
    {
        try
        {
            output.Write(text);
            output.Flush();
        }
        catch (IOException)
        {
            // The terminal is closed; the program ends when the keys end.
        }
    }

    private static Markup Safe(FormattableString markup)
    {
        var values = markup.GetArguments().Select(value => (object?)Markup.Escape(ShownText.Line(value?.ToString() ?? "")));
        return new Markup(string.Format(null, markup.Format, [.. values]));
    }

    // A Spectre console that draws into a string, so that each output reaches the terminal in one piece.
    private sealed class Canvas : IDisposable
    {
        private readonly StringWriter _drawn = new() { NewLine = "\n" };
        private readonly IAnsiConsole _console;

        public Canvas()
        {
            _console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                Interactive = InteractionSupport.No,
                Out = new AnsiConsoleOutput(_drawn),
            });
            _console.Profile.Capabilities.Unicode = true;
        }

        public void Dispose() => _drawn.Dispose();

        public string Draw(IRenderable content, int width)
        {
            // The last cell stays free, as in the input line.
            _console.Profile.Width = Math.Max(20, width - 1);
            _console.Write(content);
            var text = _drawn.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
            _drawn.GetStringBuilder().Clear();
            return text.EndsWith('\n') ? text : text + "\n";
        }
    }
}
