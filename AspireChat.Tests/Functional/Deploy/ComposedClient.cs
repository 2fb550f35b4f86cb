using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Deploy;

/// <summary>A client of the Compose file as a process, with the file's arguments and environment and no other setting.</summary>
/// <remarks>
/// Replaced is what a container would provide: names in its network by loopback addresses, its own port 8080 by a free one,
/// the home of its user by a folder of the test. Of the dashboard there is only an address.
/// </remarks>
internal sealed class ComposedClient : IAsyncDisposable
{
    private const string Program = "AspireChat.Client.dll";
    private const string InContainer = "/home/app";

    private readonly ComposeFile _file;
    private readonly string _service;
    private readonly Dictionary<string, string?> _environment;
    private readonly TempFolder _home;
    private readonly HttpClient _http;
    private readonly TestProcess _process;

    private ComposedClient(ComposedServers servers, string service)
    {
        _file = servers.File;
        _service = service;
        _home = new TempFolder("compose-home");
        Port = FreePort.Next();
        Dictionary<string, string> replaced = new()
        {
            ["redis:6379"] = servers.Redis,
            ["rabbitmq:5672"] = servers.RabbitMq,
            ["dashboard:18889"] = $"127.0.0.1:{FreePort.Next()}",
            ["8080"] = Port.ToString(CultureInfo.InvariantCulture),
            [InContainer] = _home.FullName,
            [service] = "127.0.0.1",
        };
        var written = _file.EnvironmentOf(service);
        Assert.All(replaced.Keys, text => Assert.Contains(written.Values, value => value.Contains(text, StringComparison.Ordinal)));

        // All at once and before the secrets, since a secret may contain any of these texts.
        var texts = string.Join('|', replaced.Keys.Select(Regex.Escape));
        _environment = written.ToDictionary(
            variable => variable.Key,
            variable => (string?)ComposeFile.Interpolate(
                Regex.Replace(variable.Value, texts, match => replaced[match.Value]), servers.Secrets));
        _environment["HOME"] = _home.FullName;

        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{Port}"),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", servers.Secrets[$"{service.ToUpperInvariant()}_TOKEN"]);
        Api = new ChatApi(_http);
        _process = Run(service, ["dotnet", Program, .. ComposeFile.Items(_file[service]["command"])]);
    }

    /// <summary>Its web port.</summary>
    public int Port { get; }

    /// <summary>Its API, with the token from the test's <c>.env</c>.</summary>
    public ChatApi Api { get; }

    /// <summary>Whether its key is where its volume would be.</summary>
    public bool KeepsItsKey => File.Exists(Path.Combine(_home.FullName, "aspirechat", "identity.pem"));

    /// <summary>Starts a client and waits until its health check succeeds, as Compose does.</summary>
    public static async Task<ComposedClient> StartAsync(ComposedServers servers, string service)
    {
        var client = new ComposedClient(servers, service);
        try
        {
            await Until.Value(
                $"{service} is healthy",
                client.CheckHealthAsync,
                answer => answer.ExitCode == 0,
                TimeSpan.FromSeconds(60),
                giveUp: () => client._process.HasExited ? client._process.Describe() : null);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the file's health check beside the client.</summary>
    public async Task<(int ExitCode, string Output)> CheckHealthAsync()
    {
        await using var check = Run($"{_service}'s health check", _file.HealthCheckOf(_service));
        var exitCode = await check.WaitForExitAsync();
        return (exitCode, check.Output + check.Errors);
    }

    /// <summary>Asks the client to stop, and waits as long as Compose would.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync()
    {
        var grace = ComposeFile.Text(_file[_service]["stop_grace_period"]).TrimEnd('s');
        return _process.TerminateAsync(TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        _home.Dispose();
    }

    // The image's working folder is that of the program, which is built beside the tests here.
    private TestProcess Run(string name, IReadOnlyList<string> command) => TestProcess.Start(
        name,
        command[0],
        command.Skip(1).Select(part => part == Program ? Path.Combine(AppContext.BaseDirectory, Program) : part),
        _environment);
}
