using System.ComponentModel;
using System.Diagnostics;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// A running program of the system, in a session of its own: the terminal's Ctrl-C does not reach it, so that the host
/// decides when its turn to end comes.
/// </summary>
internal sealed class ChildProcess
{
    private const int TailLines = 20;
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);

    // Settings of the host's own process, or of other servers of this user, that are not meant for its children; what
    // a child needs of them it is given.
    private static readonly string[] KeptBack =
    [
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_LAUNCH_PROFILE",
        "ASPIRE_", "ConnectionStrings_", "DOTNET_DASHBOARD_", "OTEL_", "RABBITMQ_", "ERL_",
    ];

    private readonly Process _process;
    private readonly Queue<string> _tail = new();
    private volatile bool _endIsAsked;
    private volatile bool _hasAnswered;

    private ChildProcess(LocalProgram program, Process process, Action<string>? show)
    {
        Name = program.Name;
        Id = process.Id;
        ShowsLines = show is not null;
        _process = process;
        var output = Task.WhenAll(ReadAsync(process.StandardOutput, show), ReadAsync(process.StandardError, show));
        Exited = WaitAsync(output);
    }

    /// <summary>What users call it.</summary>
    public string Name { get; }

    /// <summary>The process id, which is also that of its session.</summary>
    public int Id { get; }

    /// <summary>Whether its lines were shown as they came.</summary>
    public bool ShowsLines { get; }

    /// <summary>Ends with the exit code when the process has ended and its last lines have been read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Whether it was heard to answer since it started.</summary>
    public bool HasAnswered
    {
        get => _hasAnswered;
        set => _hasAnswered = value;
    }

    /// <summary>Whether it was asked, or made, to end.</summary>
    public bool EndIsAsked => _endIsAsked;

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyList<string> Tail
    {
        get
        {
            lock (_tail)
            {
                return [.. _tail];
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="show">Called with each line that it writes; null: nobody sees them but in <see cref="Tail"/>.</param>
    /// <exception cref="HostException">The command setsid is missing.</exception>
    public static ChildProcess Start(LocalProgram program, Action<string>? show)
    {
        // setsid makes the session and then becomes the program, under the same process id.
        var start = new ProcessStartInfo("setsid", [program.FileName, .. program.Arguments])
        {
            WorkingDirectory = program.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsKeptBack).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in program.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new ChildProcess(program, process, show);
        }
        catch (Win32Exception)
        {
            throw new HostException("The command 'setsid' is missing: install the package util-linux.");
        }
    }

    /// <summary>Asks it to end, and ends it by force after a while; nothing of it runs afterwards.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        if (!_process.HasExited)
        {
            _endIsAsked = true;
            ProcessTable.Signal(Id, ProcessTable.SigTerm);
        }

        try
        {
            await Exited.WaitAsync(patience);
            return true;
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
            return false;
        }
    }

    /// <summary>Ends it and all that it has started at once.</summary>
    public void Kill()
    {
        _endIsAsked = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or AggregateException or InvalidOperationException)
        {
            // Some of them ended by themselves meanwhile.
        }
    }

    private async Task<int> WaitAsync(Task output)
    {
        await _process.WaitForExitAsync();

        // What is left of its session: now, for later its id may be somebody else's.
        foreach (var id in ProcessTable.InSession(Id))
        {
            ProcessTable.Signal(id, ProcessTable.SigKill);
        }

        // A process that it left behind in yet another session may hold its output open.
        await Task.WhenAny(output, Task.Delay(OutputGrace));
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader, Action<string>? show)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_tail)
            {
                _tail.Enqueue(line);
                if (_tail.Count > TailLines)
                {
                    _tail.Dequeue();
                }
            }

            show?.Invoke(line);
        }
    }

    private static bool IsKeptBack(string variable) =>
        KeptBack.Any(kept => kept.EndsWith('_') ? variable.StartsWith(kept, StringComparison.Ordinal) : variable == kept);
}
