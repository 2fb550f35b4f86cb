extern alias apphost;

using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using apphost::AspireChat.AppHost.Native;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost.Native;

/// <summary>The native host as users start it, with a data folder of its own.</summary>
public sealed class NativeHostProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigTerm = 15;
    public const int SigKill = 9;

    /// <summary>How long everything together may take to come up, beside other tests.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);

    /// <summary>How long an orderly stop may take; RabbitMQ alone takes six seconds.</summary>
    public static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    private readonly string _data;
    private readonly HashSet<int> _watched = [];

    private NativeHostProcess(string data, TestProcess process)
    {
        _data = data;
        Process = process;
    }

    public TestProcess Process { get; }

    public static NativeHostProcess Start(string data, params string[] users) => Start(data, ["--users", .. users], []);

    /// <summary>Starts it with any arguments and settings.</summary>
    public static NativeHostProcess Start(string data, string[] arguments, KeyValuePair<string, string?>[] environment) =>
        new(data, TestProcess.Start(
            "host",
            BuildPaths.DotNet,
            [Path.Combine(AppContext.BaseDirectory, "AspireChat.AppHost.dll"), "--data", data, .. arguments],
            environment,
            keepsInput: true));

    /// <summary>Waits for a text in its output, and takes care that nothing it started outlives the run.</summary>
    public async Task AwaitOutputAsync(string text)
    {
        await Until.True(
            $"the host writes '{text}'",
            () => Task.FromResult(Process.Output.Contains(text, StringComparison.Ordinal)),
            StartPatience,
            () => Process.HasExited ? Process.Describe() : null);
        WatchChildren();
    }

    /// <summary>Waits until everything runs.</summary>
    /// <returns>The table.</returns>
    public async Task<string> AwaitTableAsync()
    {
        await AwaitOutputAsync("-- --name finn");
        return LastTable();
    }

    /// <summary>Asks for the table as it is now.</summary>
    public async Task<string> ShowTableAsync()
    {
        var before = Count("-- --name finn");
        await Process.TypeAsync("");
        await Until.True("the table comes again", () => Count("-- --name finn") > before);
        return LastTable();
    }

    /// <summary>Types a command and waits for its answer.</summary>
    /// <returns>The answer, one line.</returns>
    public async Task<string> CommandAsync(string command, string name)
    {
        var before = AnswersAbout(name).Count();
        await Process.TypeAsync($"{command} {name}");
        var answers = await Until.Value(
            $"the host answers '{command} {name}'", () => Task.FromResult(AnswersAbout(name).ToList()), all => all.Count > before, StartPatience);
        WatchChildren();
        return answers[before];
    }

    /// <summary>An HTTP client for a user's API, out of the table.</summary>
    public static HttpClient ApiOf(string user, string table)
    {
        var row = Regex.Match(table, $@"^  {user} +(?<address>http\S+) +token (?<token>\S+)$", RegexOptions.Multiline);
        Assert.True(row.Success, table);
        var http = new HttpClient { BaseAddress = new Uri(row.Groups["address"].Value) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", row.Groups["token"].Value);
        return http;
    }

    public void Signal(int signal) => _ = Kill(Process.Id, signal);

    /// <summary>Stops it with a signal, and looks that all it had started has gone, and nobody listens any more.</summary>
    public async Task StopWithoutTraceAsync(int signal)
    {
        var tree = ProcessTree.Of(Process.Id);
        Assert.NotEmpty(RunningChildren());
        Assert.Subset(tree.Processes.Keys.ToHashSet(), RunningChildren().ToHashSet());

        Signal(signal);

        Assert.Equal(0, await Process.WaitForExitAsync(StopPatience));
        await tree.GoneAsync();
        Assert.Empty(RunningChildren());
    }

    /// <summary>Its children, as it has noted them for its successor.</summary>
    public IEnumerable<int> RunningChildren() => Directory.Exists(Path.Combine(_data, "run"))
        ? Directory.GetFiles(Path.Combine(_data, "run"), "*.pid").Select(file => int.Parse(Path.GetFileNameWithoutExtension(file)))
        : [];

    public async ValueTask DisposeAsync()
    {
        // A failed test may leave it running; killed, it would leave its children, which are not in its group.
        if (!Process.HasExited)
        {
            Signal(SigTerm);
            await Task.WhenAny(Process.Exit, Task.Delay(StopPatience));
        }

        await Process.DisposeAsync();
        foreach (var id in _watched.Intersect(RunningChildren()))
        {
            _ = Kill(id, SigKill);
        }

        foreach (var id in _watched)
        {
            ProcessReaper.Forget(id);
        }
    }

    // The sentences that begin with a name; the lines of the children themselves have a bar behind it.
    private IEnumerable<string> AnswersAbout(string name) => Process.Output.Split('\n')
        .Where(line => Regex.IsMatch(line, $"^{name} (runs|was|does not run|did not answer|has ended)"));

    private int Count(string text) => Regex.Count(Process.Output, Regex.Escape(text));

    private string LastTable() => Process.Output[Process.Output.LastIndexOf("AspireChat runs", StringComparison.Ordinal)..];

    private void WatchChildren()
    {
        foreach (var id in RunningChildren().Where(_watched.Add))
        {
            ProcessReaper.Watch(id);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int id, int signal);
}
