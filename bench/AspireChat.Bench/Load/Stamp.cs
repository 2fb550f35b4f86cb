using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace AspireChat.Bench.Load;

/// <summary>
/// A text that begins with the moment of its sending, by the monotonic clock that all processes of a machine share.
/// </summary>
internal static class Stamp
{
    /// <summary>The length of every text, in bytes.</summary>
    public const int Length = 100;

    /// <summary>A text of this moment.</summary>
    public static string Text() => $"{Stopwatch.GetTimestamp()} ".PadRight(Length, 'x');

    /// <summary>A text of this moment, with a number that tells it from all others.</summary>
    public static string Text(int number) => $"{Stopwatch.GetTimestamp()} {number} ".PadRight(Length, 'x');

    /// <summary>The number of a text that has one.</summary>
    public static int Number(string text) => int.Parse(text.Split(' ', 3)[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A text of this moment, as UTF-8.</summary>
    public static byte[] Bytes() => Encoding.ASCII.GetBytes(Text());

    /// <summary>How long ago a text was made.</summary>
    public static TimeSpan Age(string text) => Stopwatch.GetElapsedTime(
        long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>How long ago a text was made.</summary>
    public static TimeSpan Age(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long at, out _) ? Stopwatch.GetElapsedTime(at) : throw new BenchException("A text has no stamp.");
}
