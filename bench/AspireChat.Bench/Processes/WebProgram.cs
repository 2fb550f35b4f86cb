using System.Diagnostics;
using System.Net.Http.Headers;
using AspireChat.Bench.Roles;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Processes;

/// <summary>A program with a web port, started as a user would: this project's client, or the empty one.</summary>
internal sealed class WebProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ServerProcess _server;
    private readonly Process _process;

    private WebProgram(ServerProcess server, int port)
    {
        _server = server;
        _process = Process.GetProcessById(server.Id);
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
        return StartAsync("AspireChat.Client.dll", Path.Combine(place.Folder, $"{name}.log"), port, ProductClient.Arguments(name, place, $"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts the empty program.</summary>
    /// <param name="folder">The folder for what it prints.</param>
    public static Task<WebProgram> StartEmptyAsync(string folder)
    {
        var port = FreePort.Next();
        return StartAsync("AspireChat.Bench.dll", Path.Combine(folder, "empty.log"), port, [Raw.EmptyApp.Switch, $"http://127.0.0.1:{port}"]);
    }

    /// <summary>Waits until it has done next to nothing for a second.</summary>
    /// <exception cref="BenchException">It never did.</exception>
    public async Task QuietAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            var before = Processor;
            await Task.Delay(TimeSpan.FromSeconds(1));
            if (Processor - before < TimeSpan.FromSeconds(0.1))
            {
                return;
            }
        }

        throw new BenchException($"A client was still busy {Patience.TotalSeconds} s after its last call.");
    }

    /// <summary>Asks it to stop and waits.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private static async Task<WebProgram> StartAsync(string program, string log, int port, IEnumerable<string> arguments)
    {
        var began = Stopwatch.GetTimestamp();
        var server = await ServerProcess.StartAsync(log, "dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments]);
        var started = new WebProgram(server, port);
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
        if (_server.HasExited)
        {
            throw new BenchException("A program ended at its start.");
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
}
