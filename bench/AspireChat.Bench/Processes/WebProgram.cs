using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Processes;

/// <summary>A program with a web port, started as a user would: this project's client, or the empty one.</summary>
internal sealed class WebProgram : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;

    private WebProgram(Process process, int port)
    {
        _process = process;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
            Timeout = Patience,
        };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ProductClient.Token);
        Api = new LocalApiClient(Http);
    }

    /// <summary>How long it took from the start of its process until it said that it is healthy.</summary>
    public TimeSpan Start { get; private set; }

    /// <summary>Calls it.</summary>
    public HttpClient Http { get; }

    /// <summary>Calls it as the API of a client.</summary>
    public LocalApiClient Api { get; }

    /// <summary>Its processor time so far.</summary>
    public TimeSpan Processor => Refreshed.TotalProcessorTime;

    /// <summary>Its resident memory, in MiB.</summary>
    public double Memory => Refreshed.WorkingSet64 / 1024.0 / 1024.0;

    private Process Refreshed
    {
        get
        {
            _process.Refresh();
            return _process;
        }
    }

    /// <summary>Starts this project's client, built beside this program.</summary>
    public static Task<WebProgram> StartClientAsync(string name, Place place)
    {
        var port = FreePort.Next();
        return StartAsync("AspireChat.Client.dll", port, ProductClient.Arguments(name, place, $"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts the empty program.</summary>
    public static Task<WebProgram> StartEmptyAsync()
    {
        var port = FreePort.Next();
        return StartAsync("AspireChat.Bench.dll", port, [Raw.EmptyApp.Switch, $"http://127.0.0.1:{port}"]);
    }

    /// <summary>Asks it to stop and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _ = Kill(_process.Id, SigTerm);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        Http.Dispose();
    }

    private static async Task<WebProgram> StartAsync(string program, int port, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Settings.RemoveFrom(start);
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var started = new WebProgram(process, port);
        try
        {
            await Wait.UntilAsync(started.IsHealthyAsync, Patience, $"{program} did not become healthy");
            started.Start = Stopwatch.GetElapsedTime(began);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        if (_process.HasExited)
        {
            throw new BenchException($"A program ended with exit code {_process.ExitCode} at its start.");
        }

        try
        {
            using var answer = await Http.GetAsync("/health");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
