using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A process that a test started. Its output is kept, signals go to its whole group, and it does not outlive the run. It has a
/// session of its own, so Ctrl-C in the terminal reaches the run and not this process.
/// </summary>
public sealed class TestProcess : IAsyncDisposable
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private static readonly int SigStop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int SigCont = OperatingSystem.IsMacOS() ? 19 : 18;

    // Settings of the machine or of a system beside the tests must not reach the processes of tests.
    private static readonly string[] NotInherited =
        ["OTEL_", "ASPNETCORE_", "DOTNET_URLS", "DOTNET_ENVIRONMENT", "ConnectionStrings__", "Chat__", "RABBITMQ_", "ERL_"];

    private readonly string? _owner = LoggedErrors.Owner;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TestProcess(string name, Process process)
    {
        Name = name;
        _process = process;
    }

    /// <summary>Its name in messages of failures.</summary>
    public string Name { get; }

    public int Id { get; private set; }

    /// <summary>Completes with its exit code (128 + n after signal n) when it ends.</summary>
    public Task<int> Exit => _exit.Task;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _exit.Task.IsCompleted;

    /// <summary>Its standard output so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Its standard error so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>How much memory it has in RAM, in megabytes.</summary>
    public long ResidentMegabytes => Refreshed.WorkingSet64 / (1024 * 1024);

    /// <summary>How much processor time it has used.</summary>
    public TimeSpan ProcessorTime => Refreshed.TotalProcessorTime;

    private Process Refreshed
    {
        get
        {
            _process.Refresh();
            return _process;
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="name">Its name in messages of failures.</param>
    /// <param name="fileName">The program, as a path or as a name on PATH.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">Environment variables to set; a null value removes one.</param>
    /// <param name="keepsInput">Whether its standard input stays open for <see cref="TypeAsync"/>.</param>
    public static TestProcess Start(
        string name,
        string fileName,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string?>> environment,
        bool keepsInput = false)
    {
        var start = new ProcessStartInfo("setsid", [fileName, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = ProcessReaper.RunFolder,
        };
        foreach (var variable in start.Environment.Keys.Where(IsNotInherited).ToList())
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        var process = new Process { StartInfo = start };
        var started = new TestProcess(name, process);
        process.OutputDataReceived += (_, line) => started.Keep(started._output, line.Data);
        process.ErrorDataReceived += (_, line) => started.Keep(started._errors, line.Data);
        process.Exited += (_, _) => started.OnExit();
        process.Start();
        started.Id = process.Id;
        ProcessReaper.Watch(process.Id);

        // Only now, so that the reaper learns of the start before the end.
        process.EnableRaisingEvents = true;
        if (!keepsInput)
        {
            process.StandardInput.Close();
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Writes a line to its standard input, which must be open.</summary>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), TestContext.Current.CancellationToken);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Closes its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Kills it, as <c>kill -9</c> does, and waits until it has ended.</summary>
    public async Task KillAsync()
    {
        Signal(SigKill);
        await Exit.DefaultTimeout();
    }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    /// <returns>The exit code, once it has ended and its output is complete.</returns>
    public Task<int> TerminateAsync(TimeSpan? deadline = null)
    {
        Signal(SigTerm);
        return WaitForExitAsync(deadline);
    }

    /// <summary>Waits until it has ended and its output is complete.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null)
    {
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).DefaultTimeout(deadline);
            return await Exit.DefaultTimeout(deadline);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{Name} did not end. {Describe()}", e);
        }
    }

    /// <summary>Freezes it and its group: their connections stay open and they answer nothing.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Continues it after <see cref="Pause"/>.</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>Its state and the end of its output, for messages of failures.</summary>
    public string Describe()
    {
        var state = HasExited ? $"ended with exit code {Exit.Result}" : "is running";
        return $"{Name} (process {Id}) {state}.\n--- its output ends with ---\n{Tail(_output)}\n--- its errors end with ---\n{Tail(_errors)}";
    }

    /// <summary>Kills it and adds its output to that of the test.</summary>
    public async ValueTask DisposeAsync()
    {
        var ended = HasExited ? "" : " It was killed at the end of the test.";
        Signal(SigKill);
        await Exit.WaitAsync(Until.Patience);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Describe()}{ended}");
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!HasExited)
        {
            // The group first, so that the program that a script runs gets the signal too.
            if (Kill(-Id, signal) != 0)
            {
                _ = Kill(Id, signal);
            }
        }
    }

    private void OnExit()
    {
        ProcessReaper.Forget(Id);
        _exit.TrySetResult(_process.ExitCode);
    }

    private static bool IsNotInherited(string variable) =>
        NotInherited.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private void Keep(ConcurrentQueue<string> lines, string? line)
    {
        const int mostLines = 5_000;
        if (line is not null)
        {
            LoggedErrors.Look(_owner, Name, line);
            lines.Enqueue(line);
            if (lines.Count > mostLines)
            {
                lines.TryDequeue(out _);
            }
        }
    }

    private static string Tail(ConcurrentQueue<string> lines) => string.Join('\n', lines.TakeLast(100));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
