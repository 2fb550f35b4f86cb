using System.Runtime.InteropServices;

namespace AspireChat.Bench.Servers;

/// <summary>Signals to processes of this run.</summary>
internal static class Signals
{
    private static readonly int SigStop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int SigCont = OperatingSystem.IsMacOS() ? 19 : 18;
    private const int SigKill = 9;
    private const int SigTerm = 15;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int processId) => _ = Kill(processId, SigTerm);

    /// <summary>Kills all processes of a group at once, without a word.</summary>
    /// <param name="processId">The process that leads the group.</param>
    public static void KillGroup(int processId) => _ = Kill(-processId, SigKill);

    /// <summary>Stops a process where it is.</summary>
    public static void Freeze(int processId) => _ = Kill(processId, SigStop);

    /// <summary>Lets a process go on.</summary>
    public static void Thaw(int processId) => _ = Kill(processId, SigCont);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
