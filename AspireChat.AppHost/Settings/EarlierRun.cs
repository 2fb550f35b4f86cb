using System.Diagnostics;
using System.Globalization;

namespace AspireChat.AppHost.Settings;

/// <summary>
/// Waits for programs that outlive their host: a host that is killed leaves them to Aspire's orchestrator, which takes some
/// seconds to stop them. Two servers would corrupt the same files, and a user's second client would refuse to start.
/// </summary>
internal static class EarlierRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits at most half a minute until the process that wrote its id to a file has ended.</summary>
    /// <param name="program">The name of the process, for example <c>redis-server</c>.</param>
    /// <param name="pidFile">The file.</param>
    /// <exception cref="HostException">The process does not end.</exception>
    public static void WaitForProcess(string program, string pidFile)
    {
        if (!File.Exists(pidFile)
            || !int.TryParse(File.ReadAllText(pidFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid))
        {
            return;
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName != program || process.HasExited)
            {
                return; // Another process has the id now.
            }

            Say(program, pidFile);
            if (!process.WaitForExit(Patience))
            {
                throw new HostException(
                    $"{program} of an earlier run (process {pid}) still uses the data in {Path.GetDirectoryName(pidFile)}: stop it first.");
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <summary>Waits at most half a minute until a file is not locked; after that, the program that needs it reports the lock.</summary>
    /// <param name="holder">The program that may hold the lock.</param>
    /// <param name="lockFile">The file.</param>
    public static void WaitForLock(string holder, string lockFile)
    {
        var watch = Stopwatch.StartNew();
        for (var isSaid = false; File.Exists(lockFile) && IsHeld(lockFile) && watch.Elapsed < Patience; Thread.Sleep(Pause))
        {
            if (!isSaid)
            {
                Say(holder, lockFile);
                isSaid = true;
            }
        }
    }

    private static void Say(string program, string file) =>
        Console.Error.WriteLine($"Waiting for {program} of an earlier run, which still uses {Path.GetDirectoryName(file)} …");

    private static bool IsHeld(string file)
    {
        try
        {
            using var taken = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false; // The client that needs the file reports that it may not use it.
        }
    }
}
