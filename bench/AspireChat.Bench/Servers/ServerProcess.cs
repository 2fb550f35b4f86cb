using System.Diagnostics;
using System.Globalization;

namespace AspireChat.Bench.Servers;

/// <summary>
/// A server of this run. A shell starts it in a session of its own and kills the whole session when the pipe from this process
/// closes: when the run ends, however it ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        setsid "$@" </dev/null >"$BENCH_LOG" 2>&1 &
        echo $!
        read -r _
        kill -KILL -$! 2>/dev/null
        wait
        """;

    private readonly Process _shell;

    private ServerProcess(Process shell, int id) => (_shell, Id) = (shell, id);

    /// <summary>The id of the server's process.</summary>
    public int Id { get; }

    /// <summary>Starts a server; it need not answer yet.</summary>
    /// <param name="log">The file for what it prints.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">Further environment variables.</param>
    public static async Task<ServerProcess> StartAsync(
        string log, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("sh", ["-c", Script, "sh", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(log), // RabbitMQ leaves a dump there if it is killed.
        };
        start.Environment["BENCH_LOG"] = log;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var shell = Process.Start(start)!;
        return new ServerProcess(shell, int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
