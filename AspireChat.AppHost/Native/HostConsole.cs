using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Everything that the host shows: its own sentences, and the lines of its children behind their names, whole and one
/// after the other.
/// </summary>
internal sealed class HostConsole(TextWriter output, bool colours)
{
    private const string Grey = "\e[90m";
    private const string Plain = "\e[0m";
    private static readonly string[] Palette = ["\e[36m", "\e[32m", "\e[33m", "\e[35m", "\e[34m", "\e[31m"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _colours = [];
    private int _width;

    /// <summary>The console of this process; coloured if it is a terminal and nobody asked for none (no-color.org).</summary>
    public static HostConsole Create() => new(
        Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    /// <summary>Reserves room and a colour for names of children.</summary>
    public void Expect(IEnumerable<string> names)
    {
        lock (_lock)
        {
            foreach (var name in names)
            {
                _width = Math.Max(_width, name.Length);
                _colours[name] = Palette[_colours.Count % Palette.Length];
            }
        }
    }

    /// <summary>Shows a line of a child.</summary>
    public void Log(string name, string line)
    {
        lock (_lock)
        {
            var prefix = $"{name.PadRight(_width)} |";
            Write(colours
                ? $"{_colours.GetValueOrDefault(name, Grey)}{prefix}{Plain} {Printable.Text(line)}"
                : $"{prefix} {Printable.Text(line)}");
        }
    }

    /// <summary>Shows a sentence, or a block of lines, of the host's own.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            Write(text);
        }
    }

    private void Write(string text)
    {
        try
        {
            output.WriteLine(text);
        }
        catch (IOException)
        {
            // The terminal is gone. What there is to stop must be stopped all the same.
        }
    }
}
