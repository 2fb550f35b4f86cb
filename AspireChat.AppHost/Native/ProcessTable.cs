using System.Globalization;
using System.Runtime.InteropServices;

namespace AspireChat.AppHost.Native;

/// <summary>The machine's processes, as Linux shows them in <c>/proc</c> (proc(5)).</summary>
internal static class ProcessTable
{
    /// <summary>The signal that asks a process to end.</summary>
    public const int SigTerm = 15;

    /// <summary>The signal that ends a process at once.</summary>
    public const int SigKill = 9;

    /// <summary>
    /// When a process began, in clock ticks since the machine did; together with its id that tells it from a later one
    /// with the same id. Null if there is no such process, or only what waits for its parent to see its end.
    /// </summary>
    public static long? StartOf(int id) => Stat(id) is { } stat && stat.State is not ('Z' or 'X') ? stat.Start : null;

    /// <summary>The ids of all living processes of a session, in which whatever a program starts stays unless it leaves it.</summary>
    public static IEnumerable<int> InSession(int session)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Stat(id) is { } stat
                && stat.Session == session
                && stat.State is not ('Z' or 'X'))
            {
                yield return id;
            }
        }
    }

    /// <summary>Sends a signal; nothing happens if there is no such process any more.</summary>
    public static void Signal(int id, int signal) => _ = Kill(id, signal);

    private static (char State, int Session, long Start)? Stat(int id)
    {
        try
        {
            // "12 (name) S 1 12 12 …": the name may hold anything, so count behind the last parenthesis.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[3], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int id, int signal);
}
