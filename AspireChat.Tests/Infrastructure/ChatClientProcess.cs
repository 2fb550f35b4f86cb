using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A real client: the built program in its own process, with its own web port and data directory, which both stay over
/// restarts.
/// </summary>
public sealed class ChatClientProcess : ITestClient, IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string?> _environment;
    private readonly TempFolder? _folder;

    // A call of a test has no parent span, even while a client inside this process traces its own calls.
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, ActivityHeadersPropagator = null };

    private ChatClientProcess(string name, string? dataDirectory, IEnumerable<(string Key, string Value)> settings)
    {
        Name = name;
        _folder = dataDirectory is null ? new TempFolder(name) : null;
        DataDirectory = dataDirectory ?? _folder!.FullName;
        BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        _environment = new Dictionary<string, string?>
        {
            ["Chat__ApiToken"] = Token,
            ["Chat__DataDirectory"] = DataDirectory,

            // Variables of the terminal must not change what tests see.
            ["DOTNET_NOLOGO"] = "1",
        };
        foreach (var (key, value) in settings)
        {
            _environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        Http = CreateHttpClient();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Api = new ChatApi(Http);
        Process = Launch();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Uri BaseAddress { get; }

    /// <summary>The token of its API.</summary>
    public string Token { get; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public string DataDirectory { get; }

    /// <inheritdoc/>
    public ChatApi Api { get; }

    /// <summary>An HTTP client for its API that sends the token.</summary>
    public HttpClient Http { get; }

    /// <summary>The running process, or the one that ended last.</summary>
    public TestProcess Process { get; private set; }

    /// <summary>Starts a client and waits until it is ready.</summary>
    /// <param name="name">The user name.</param>
    /// <param name="redis">The connection string of the name server.</param>
    /// <param name="rabbit">The connection string of the broker, if the test needs one.</param>
    /// <param name="dataDirectory">Another client's data directory; a new one if null.</param>
    /// <param name="settings">Further settings, for example <c>("Chat:AcceptChats", "ask")</c>.</param>
    public static async Task<ChatClientProcess> StartAsync(
        string name,
        string redis,
        string? rabbit = null,
        string? dataDirectory = null,
        params IEnumerable<(string Key, string Value)> settings)
    {
        var client = Launch(name, redis, rabbit, dataDirectory, settings);
        try
        {
            await client.UntilReadyAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a client without waiting, for clients that are not meant to get ready.</summary>
    public static ChatClientProcess Launch(
        string name,
        string? redis,
        string? rabbit = null,
        string? dataDirectory = null,
        params IEnumerable<(string Key, string Value)> settings)
    {
        List<(string, string)> all = [];
        if (redis is not null)
        {
            all.Add(("ConnectionStrings:redis", redis));
        }

        if (rabbit is not null)
        {
            all.Add(("ConnectionStrings:rabbitmq", rabbit));
        }

        all.AddRange(settings);
        return new ChatClientProcess(name, dataDirectory, all);
    }

    /// <summary>Waits until it is ready: <c>/health</c> succeeds.</summary>
    public Task UntilReadyAsync() => UntilAsync("/health");

    /// <summary>Waits until it runs, with or without its servers: <c>/alive</c> succeeds.</summary>
    public Task UntilAliveAsync() => UntilAsync("/alive");

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Asks it to stop (SIGTERM) and returns its exit code.</summary>
    public Task<int> TerminateAsync() => Process.TerminateAsync();

    /// <summary>Freezes it: its connections stay open and it answers nothing.</summary>
    public void Pause() => Process.Pause();

    /// <summary>Continues it after <see cref="Pause"/>.</summary>
    public void Resume() => Process.Resume();

    /// <summary>Starts it again with the same data directory; kills it first if it runs.</summary>
    public async Task RestartAsync()
    {
        await RelaunchAsync();
        await UntilReadyAsync();
    }

    /// <summary>As <see cref="RestartAsync"/>, without waiting until it is ready.</summary>
    public async Task RelaunchAsync()
    {
        await Process.DisposeAsync();
        Process = Launch();
    }

    /// <summary>Runs SQL in its store while it runs, to make faults that no user can make.</summary>
    public void ExecuteSql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(DataDirectory, "chat.db")};Pooling=False;Default Timeout=10");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Subscribes to its events.</summary>
    public Task<EventWatcher> WatchAsync() => EventWatcher.StartAsync(Http);

    /// <summary>An HTTP client for its web port that sends no token.</summary>
    public HttpClient CreateHttpClient() =>
        new(_handler, disposeHandler: false) { BaseAddress = BaseAddress, Timeout = TimeSpan.FromSeconds(45) };

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Http.Dispose();
        _handler.Dispose();
        _folder?.Dispose();
    }

    private TestProcess Launch()
    {
        // It is built beside the tests, since they reference its project.
        var program = Path.Combine(AppContext.BaseDirectory, "AspireChat.Client.dll");
        return TestProcess.Start(
            Name, "dotnet", [program, "--name", Name, "--urls", BaseAddress.ToString().TrimEnd('/')], _environment);
    }

    private Task UntilAsync(string path)
    {
        var process = Process;
        return Until.True(
            $"{Name} answers {path}",
            async () =>
            {
                using var answer = await Http.GetAsync(path);
                return answer.IsSuccessStatusCode
                    ? true
                    : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}. {process.Describe()}");
            },
            StartPatience,
            giveUp: () => process.HasExited ? process.Describe() : null);
    }
}
