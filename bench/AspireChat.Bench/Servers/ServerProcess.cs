using System.Diagnostics;
using System.Globalization;

namespace AspireChat.Bench.Servers;

/// <summary>
/// A program of this run that does not end by itself. A shell starts it in a session of its own, and kills the whole session when
/// the pipe from this process closes: when the run ends, however it ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Script = """
        exec 3<&0 2>/dev/null
        setsid "$@" </dev/null 3<&- >"$BENCH_LOG" 2>&1 &
        server=$!
        trap '' INT TERM HUP
        echo $server
        { read -r _ <&3; kill -KILL -$server 2>/dev/null; } &
        wait $server
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _shell;

    private ServerProcess(Process shell, int id) => (_shell, Id) = (shell, id);

    /// <summary>The id of the program's process.</summary>
    public int Id { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _shell.HasExited;

    /// <summary>Starts a program; it need not answer yet.</summary>
    /// <param name="log">The file for what it prints; its folder is the program's.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">Further environment variables.</param>
    public static async Task<ServerProcess> StartAsync(
        string log, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("sh", ["-c", Script, "sh", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(log),
        };
        Processes.Settings.RemoveFrom(start);
        start.Environment["BENCH_LOG"] = log;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var shell = Process.Start(start)!;
        return new ServerProcess(shell, Number((await shell.StandardOutput.ReadLineAsync())!));
    }

    /// <summary>Asks it to end in order, and waits.</summary>
    public async Task StopAsync()
    {
        Signals.Terminate(Id);
        using var patience = new CancellationTokenSource(Patience);
        await _shell.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Kills it and all that it has started at once (-9), and waits until it is gone; it is disposed then.</summary>
    public async Task KillAsync()
    {
        Signals.KillGroup(Id);
        await DisposeAsync();
    }

    /// <summary>The id of the process that runs a program, this one or one that it has started; 0 if there is none.</summary>
    /// <param name="program">The name of the program, without a folder.</param>
    public async Task<int> FindAsync(string program)
    {
        using var list = Process.Start(new ProcessStartInfo("ps", ["-A", "-o", "pid=,pgid=,comm="]) { RedirectStandardOutput = true })!;
        var lines = (await list.StandardOutput.ReadToEndAsync()).Split('\n');
        await list.WaitForExitAsync();
        return lines.Select(line => line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields is [_, var group, var path] && Number(group) == Id && Path.GetFileName(path.Trim()) == program)
            .Select(fields => Number(fields[0]))
            .FirstOrDefault();
    }

    /// <summary>Kills it if it still runs, and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
