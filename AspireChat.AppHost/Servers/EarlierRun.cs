using System.Diagnostics;
using System.Globalization;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>
/// Servers that outlive their host: one that is killed leaves them to Aspire's orchestrator, which takes some seconds to stop
/// them. Two servers over the same files would ruin these.
/// </summary>
internal static class EarlierRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the server that wrote a file with its process id has ended; half a minute at most.</summary>
    /// <param name="server">The name of its process, for example <c>redis-server</c>.</param>
    /// <param name="pidFile">The file.</param>
    /// <exception cref="HostException">It does not end.</exception>
    public static void WaitForEnd(string server, string pidFile)
    {
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadAllText(pidFile), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid))
        {
            return;
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName == server && !process.WaitForExit(Patience))
            {
                throw new HostException(
                    $"{server} of an earlier run (process {pid}) still uses the data in {Path.GetDirectoryName(pidFile)}: stop it first.");
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended.
        }
    }
}
