using System.Diagnostics;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Kills all processes of a run when the run is over. A shell in a session of its own learns of every process and reads from a
/// pipe that only this process holds. When the pipe closes, because the run ended, was stopped or was killed, the shell kills
/// the remaining processes and deletes the run's temporary folder.
/// </summary>
public static class ProcessReaper
{
    private const string Script = """
        trap '' INT TERM HUP QUIT
        left=' '
        while read -r verb id; do
          case $verb in
            started) left="$left$id " ;;
            ended) left="${left%% $id *} ${left#* $id }" ;;
          esac
        done
        for id in $left; do kill -s KILL -- "-$id" 2>/dev/null || kill -KILL "$id" 2>/dev/null; done
        exec rm -rf -- "$1"
        """;

    private static readonly Lock Gate = new();

    /// <summary>The folder for all temporary files of this run.</summary>
    public static string RunFolder { get; } =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"aspirechat-tests-{Environment.ProcessId}")).FullName;

    // After RunFolder, which it needs: static fields are initialized in the order of the source.
    private static readonly StreamWriter Pipe = Start();

    /// <summary>Kills this process, and its group if it leads one, at the end of the run.</summary>
    public static void Watch(int processId) => Tell($"started {processId}");

    /// <summary>Forgets a process that has ended, since another process may get its id.</summary>
    public static void Forget(int processId) => Tell($"ended {processId}");

    private static void Tell(string line)
    {
        lock (Gate)
        {
            Pipe.WriteLine(line);
        }
    }

    private static StreamWriter Start()
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "aspirechat-tests-reaper", RunFolder])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        var writer = Process.Start(start)!.StandardInput;
        writer.AutoFlush = true;
        return writer;
    }
}
