using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace AspireChat.AppHost.Native;

/// <summary>The lines of the host's standard input: a terminal, a pipe, or nothing.</summary>
internal static class TypedLines
{
    private const int StandardInput = 0;
    private const int SigTtIn = 21;
    private const int Ignore = 1; // SIG_IGN

    /// <summary>Begins to read. The end of the input ends the lines and nothing else.</summary>
    public static ChannelReader<string> Read()
    {
        // In the background (`./run.sh &`, or Ctrl-Z and bg) whoever reads the terminal is stopped by this signal;
        // ignored, the read fails instead.
        _ = Signal(SigTtIn, Ignore);

        // One at a time, so that endless lines wait in their pipe and not in here.
        var lines = Channel.CreateBounded<string>(1);

        // A read that waits for a key cannot be called off; a background thread does not keep the process.
        new Thread(() => Forward(lines.Writer)) { IsBackground = true, Name = "typed lines" }.Start();
        return lines.Reader;
    }

    private static void Forward(ChannelWriter<string> lines)
    {
        try
        {
            // Not Console.In, which at a terminal takes over echo and line editing, and leaves it without if killed.
            using var input = new StreamReader(
                new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0));
            while (input.ReadLine() is { } line)
            {
                lines.WriteAsync(line).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No terminal any more, or nothing that can be read: what has been started runs on.
        }

        lines.Complete();
    }

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Signal(int signal, nint handler);
}
