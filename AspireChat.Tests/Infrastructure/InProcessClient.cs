using System.Net.Http.Headers;
using AspireChat.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A whole client inside the tests' process, for tests that need more clients than a machine can start as programs.
/// Everything but the process is real; a test that kills or freezes a client needs a <see cref="ChatClientProcess"/>.
/// </summary>
public sealed class InProcessClient : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private readonly TempFolder _folder;
    private int _isDisposed;

    private InProcessClient(string name, WebApplication app, string token, TempFolder folder)
    {
        Name = name;
        Token = token;
        _app = app;
        _folder = folder;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Api = new ChatApi(_http);
    }

    /// <summary>The user name.</summary>
    public string Name { get; }

    /// <summary>The address of its page and API.</summary>
    public Uri BaseAddress => _http.BaseAddress!;

    /// <summary>The token of its API.</summary>
    public string Token { get; }

    /// <summary>Its API.</summary>
    public ChatApi Api { get; }

    /// <summary>What it is made of, for tests of what other front ends see.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a client and waits until it is ready.</summary>
    /// <param name="name">The user name.</param>
    /// <param name="redis">The connection string of the name server.</param>
    /// <param name="rabbit">The connection string of the broker, if the test needs one.</param>
    /// <param name="settings">Further settings, for example <c>("Chat:Groups:Lease", "00:00:02")</c>.</param>
    public static async Task<InProcessClient> StartAsync(
        string name, string redis, string? rabbit, params IEnumerable<(string Key, string Value)> settings)
    {
        var folder = new TempFolder(name);
        var token = Guid.NewGuid().ToString("N");
        (string Key, string Value)[] all =
        [
            ("name", name),
            ("urls", "http://127.0.0.1:0"),
            ("ConnectionStrings:redis", redis),
            .. rabbit is null ? [] : new[] { ("ConnectionStrings:rabbitmq", rabbit) },
            ("Chat:DataDirectory", folder.FullName),
            ("Chat:ApiToken", token),
            ("Chat:Terminal", "false"),
            ("Logging:LogLevel:Default", "Error"),
            ("Logging:Console:LogLevel:Default", "None"),
            .. settings,
        ];
        var app = ClientApp.Build([.. all.SelectMany(setting => new[] { $"--{setting.Key}", setting.Value })]);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new ErrorLogProvider(name));
        try
        {
            await app.StartAsync().DefaultTimeout(StartPatience);
            var client = new InProcessClient(name, app, token, folder);
            await Until.True($"{name} is ready", async () => (await client._http.GetAsync("/health")).IsSuccessStatusCode, StartPatience);
            return client;
        }
        catch
        {
            await app.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Subscribes to its events.</summary>
    public Task<EventWatcher> WatchAsync() => EventWatcher.StartAsync(_http);

    /// <summary>Stops the client in order; a second call does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
