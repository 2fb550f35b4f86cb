using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A real RabbitMQ for one test, with its own node name, loopback ports, epmd and home. It takes about ten seconds to start,
/// so tests that do not break it share one (<see cref="SharedRabbitMq"/>) and use a virtual host each.
/// </summary>
public sealed partial class RabbitMqServer : IAsyncDisposable
{
    private const string User = "tests";

    // Debian's rabbitmq-server on PATH changes to the user rabbitmq; this is the program itself.
    private const string DebianProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);

    private readonly TempFolder _folder = new("rabbitmq");
    private readonly RabbitMqServer? _first;
    private readonly string _configuration;
    private readonly string _password;
    private readonly string _cookie;
    private readonly int _epmdPort;
    private readonly int _distributionPort = FreePort.Next();
    private readonly int _managementPort = FreePort.Next();
    private readonly HttpClient _management;
    private TestProcess? _epmd;
    private TestProcess? _process;

    private RabbitMqServer(RabbitMqServer? first = null, string configuration = "")
    {
        _first = first;
        _configuration = configuration;
        _password = first?._password ?? Guid.NewGuid().ToString("N");
        _cookie = first?._cookie ?? Guid.NewGuid().ToString("N");
        _epmdPort = first?._epmdPort ?? FreePort.Next();
        Certificate = new ServerCertificate(_folder);
        _management = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{_managementPort}"),
        };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{_password}")));
    }

    /// <summary>The AMQP port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The port for AMQP over TLS on 127.0.0.1.</summary>
    public int TlsPort { get; } = FreePort.Next();

    /// <summary>The certificate of that port.</summary>
    public ServerCertificate Certificate { get; }

    /// <summary>The connection string for the default virtual host.</summary>
    public string ConnectionString => $"amqp://{User}:{_password}@127.0.0.1:{Port}";

    private string NodeName => $"rabbit{Port}@localhost";

    /// <summary>Starts a broker and waits until it answers AMQP.</summary>
    public static Task<RabbitMqServer> StartAsync() => StartAsync(new RabbitMqServer());

    /// <summary>Starts a broker with further lines in its configuration file, and waits until it answers AMQP.</summary>
    public static Task<RabbitMqServer> StartAsync(string configuration) => StartAsync(new RabbitMqServer(configuration: configuration));

    /// <summary>Starts a further node of a broker's cluster, and waits until it answers AMQP.</summary>
    /// <param name="first">The first node of the cluster; it must be disposed of last.</param>
    public static Task<RabbitMqServer> JoinAsync(RabbitMqServer first) => StartAsync(new RabbitMqServer(first));

    /// <summary>
    /// Reserves ports and folder without starting, for clients that start before their broker; <see cref="RestartAsync"/>
    /// starts it.
    /// </summary>
    public static async Task<RabbitMqServer> ReserveAsync()
    {
        var server = new RabbitMqServer();
        await server.WriteConfigurationAsync();
        return server;
    }

    /// <summary>Kills it, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (_process is { } running)
        {
            await running.KillAsync();
            await running.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>Kills it if it runs and starts it again on the same ports.</summary>
    /// <param name="keepData">Whether it keeps its data or starts empty.</param>
    public async Task RestartAsync(bool keepData = true)
    {
        await KillAsync();
        if (!keepData)
        {
            Directory.Delete(_folder.File("mnesia"), recursive: true);
        }

        await StartProcessAsync();
    }

    /// <summary>
    /// Stops it in order. A node killed within a second or two of declaring a quorum queue may start with that queue stuck, which
    /// is no fault of the clients.
    /// </summary>
    public async Task StopAsync()
    {
        if (_process is { } running)
        {
            await running.TerminateAsync(StartPatience);
        }

        await KillAsync();
    }

    /// <summary>Freezes it: its connections stay open and it answers nothing.</summary>
    public void Pause() => _process?.Pause();

    /// <summary>Continues it after <see cref="Pause"/>.</summary>
    public void Resume() => _process?.Resume();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_epmd is not null)
        {
            await _epmd.DisposeAsync();
        }

        _management.Dispose();
        _folder.Dispose();
    }

    private static async Task<RabbitMqServer> StartAsync(RabbitMqServer server)
    {
        await server.WriteConfigurationAsync();
        await server.StartProcessAsync();
        return server;
    }

    private async Task WriteConfigurationAsync()
    {
        await File.WriteAllTextAsync(
            _folder.File("rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            listeners.ssl.1 = 127.0.0.1:{TlsPort}
            ssl_options.cacertfile = {Certificate.Authority}
            ssl_options.certfile = {Certificate.File}
            ssl_options.keyfile = {Certificate.Key}
            ssl_options.verify = verify_none
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {_managementPort}
            default_user = {User}
            default_pass = {_password}
            log.console = true
            log.console.level = warning
            {(_first is null ? "" : $"cluster_formation.peer_discovery_backend = classic_config\ncluster_formation.classic_config.nodes.1 = {_first.NodeName}")}
            {_configuration}

            """);
        await File.WriteAllTextAsync(_folder.File("enabled_plugins"), "[rabbitmq_management].\n");
    }

    private async Task StartProcessAsync()
    {
        Dictionary<string, string?> environment = new()
        {
            ["ERL_EPMD_PORT"] = $"{_epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["HOME"] = _folder.FullName,
            ["RABBITMQ_NODENAME"] = NodeName,
            ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = $"-setcookie {_cookie} -kernel inet_dist_use_interface {{127,0,0,1}}",
            ["RABBITMQ_MNESIA_BASE"] = _folder.File("mnesia"),
            ["RABBITMQ_LOG_BASE"] = _folder.File("log"),
            ["RABBITMQ_CONFIG_FILE"] = _folder.File("rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = _folder.File("none.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder.File("enabled_plugins"),
        };

        // Started here, since an epmd started by the broker would leave its group and outlive it.
        if (_first is null)
        {
            _epmd ??= TestProcess.Start("epmd", "epmd", ["-port", $"{_epmdPort}", "-address", "127.0.0.1"], environment);
        }

        await Until.True("epmd listens on its port", async () => await ListensAsync(_epmdPort));

        var process = TestProcess.Start(
            "rabbitmq", File.Exists(DebianProgram) ? DebianProgram : "rabbitmq-server", [], environment);
        _process = process;
        await Until.True(
            "rabbitmq answers AMQP and its management API answers",
            async () => await SpeaksAmqpAsync() && await ManagementAnswersAsync(),
            StartPatience,
            giveUp: () => process.HasExited ? process.Describe() : null);
    }

    private async Task<bool> ManagementAnswersAsync()
    {
        using var answer = await _management.GetAsync("/api/whoami");
        return answer.IsSuccessStatusCode;
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return true;
    }

    private async Task<bool> SpeaksAmqpAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());

        // Connection.Start: a method frame (1) on channel 0.
        var start = new byte[3];
        await stream.ReadExactlyAsync(start);
        return start is [1, 0, 0];
    }
}
