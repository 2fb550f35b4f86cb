using System.Globalization;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Aspire's dashboard by itself: traces, metrics and structured logs of the clients, over OTLP. Both ends want a
/// secret, for whoever sees traces sees who talks to whom.
/// </summary>
internal sealed class Dashboard
{
    private readonly string _token;
    private readonly string _key;
    private readonly int _otlpPort;

    private Dashboard(LocalProgram program, int port, int otlpPort, string token, string key)
    {
        Program = program;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        _otlpPort = otlpPort;
        _token = token;
        _key = key;
    }

    /// <summary>The program.</summary>
    public LocalProgram Program { get; }

    /// <summary>Its address without the secret.</summary>
    public Uri Address { get; }

    /// <summary>The address to open in a browser.</summary>
    public Uri LoginAddress => new(Address, $"login?t={_token}");

    /// <summary>The settings with which a process sends its telemetry there (OpenTelemetry's own names).</summary>
    public IReadOnlyDictionary<string, string> Telemetry => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_otlpPort}"),
        ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={_key}",
    };

    /// <summary>Chooses its ports and secrets.</summary>
    /// <exception cref="HostException">The dashboard's program is missing.</exception>
    public static Dashboard Prepare(DataFolder data, LoopbackPorts ports)
    {
        var program = BuildPaths.Dashboard;
        if (!File.Exists(program))
        {
            throw new HostException($"The Aspire dashboard is not at {program}: run eng/setup.sh to get it back.");
        }

        var (port, otlpPort) = (ports.Take(), ports.Take());
        var (token, key) = (data.Secret("dashboard-token"), data.Secret("telemetry-key"));
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{otlpPort}"),
            ["Dashboard__ApplicationName"] = "AspireChat",
            ["Dashboard__Frontend__AuthMode"] = "BrowserToken",
            ["Dashboard__Frontend__BrowserToken"] = token,
            ["Dashboard__Otlp__AuthMode"] = "ApiKey",
            ["Dashboard__Otlp__PrimaryApiKey"] = key,
            // Where it listens is said by this host; that it keeps its cookies' keys unencrypted, as all do on Linux, by nobody.
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__Microsoft.AspNetCore.DataProtection"] = "Error",
        };
        return new Dashboard(
            new LocalProgram("dashboard", program, ["dashboard"], environment, Path.GetDirectoryName(program)!),
            port,
            otlpPort,
            token,
            key);
    }
}
