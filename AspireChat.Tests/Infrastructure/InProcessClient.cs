using System.Net.Http.Headers;
using AspireChat.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A whole client inside the tests' process, with its own web port and data directory, which both stay over restarts. A program
/// costs more, since it loads and compiles everything anew. Everything but the process is real; a test that kills or freezes a
/// client, or reads its output or its telemetry, needs a <see cref="ChatClientProcess"/>.
/// </summary>
public sealed class InProcessClient : ITestClient, IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private readonly TempFolder _folder;
    private readonly string[] _arguments;

    // A call of a test has no parent span, even while a client inside this process traces its own calls.
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, ActivityHeadersPropagator = null };
    private WebApplication? _app;

    private InProcessClient(string name, string redis, string? rabbit, IEnumerable<(string Key, string Value)> settings)
    {
        Name = name;
        _folder = new TempFolder(name);
        BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        (string Key, string Value)[] all =
        [
            ("name", name),
            ("urls", BaseAddress.ToString().TrimEnd('/')),
            ("ConnectionStrings:redis", redis),
            .. rabbit is null ? [] : new[] { ("ConnectionStrings:rabbitmq", rabbit) },
            ("Chat:DataDirectory", DataDirectory),
            ("Chat:ApiToken", Token),
            ("Chat:Terminal", "false"),
            ("Logging:LogLevel:Default", "Error"),
            ("Logging:Console:LogLevel:Default", "None"),
            .. settings,
        ];
        _arguments = [.. all.SelectMany(setting => new[] { $"--{setting.Key}", setting.Value })];
        Http = CreateHttpClient();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Api = new ChatApi(Http);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Uri BaseAddress { get; }

    /// <summary>The token of its API.</summary>
    public string Token { get; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public string DataDirectory => _folder.FullName;

    /// <inheritdoc/>
    public ChatApi Api { get; }

    /// <summary>An HTTP client for its API that sends the token.</summary>
    public HttpClient Http { get; }

    /// <summary>What it is made of, for tests of what other front ends see.</summary>
    public IServiceProvider Services => _app?.Services ?? throw new InvalidOperationException($"{Name} has stopped.");

    /// <summary>Starts a client and waits until it is ready.</summary>
    /// <param name="name">The user name.</param>
    /// <param name="redis">The connection string of the name server.</param>
    /// <param name="rabbit">The connection string of the broker, if the test needs one.</param>
    /// <param name="settings">Further settings, for example <c>("Chat:Groups:Lease", "00:00:02")</c>.</param>
    public static async Task<InProcessClient> StartAsync(
        string name, string redis, string? rabbit, params IEnumerable<(string Key, string Value)> settings)
    {
        var client = new InProcessClient(name, redis, rabbit, settings);
        try
        {
            await client.StartAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it in order, as Ctrl-C does; nothing if it has stopped.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>Starts it again with the same data directory and waits until it is ready; stops it first if it runs.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Subscribes to its events.</summary>
    public Task<EventWatcher> WatchAsync() => EventWatcher.StartAsync(Http);

    /// <summary>An HTTP client for its web port that sends no token.</summary>
    public HttpClient CreateHttpClient() =>
        new(_handler, disposeHandler: false) { BaseAddress = BaseAddress, Timeout = TimeSpan.FromSeconds(45) };

    /// <summary>Stops the client in order; a second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        _handler.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _app = ClientApp.Build(_arguments);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new ErrorLogProvider(Name));
        await _app.StartAsync().DefaultTimeout(StartPatience);
        await Until.True($"{Name} is ready", async () => (await Http.GetAsync("/health")).IsSuccessStatusCode, StartPatience);
    }
}
