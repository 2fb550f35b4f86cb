using System.Globalization;
using RabbitMQ.Client;

namespace AspireChat.Bench.Servers;

/// <summary>A RabbitMQ of this run, with its own node name, ports, port mapper, home and data, beside any other on the machine.</summary>
internal sealed class LocalRabbitMq : IRestartable, IAsyncDisposable
{
    // Debian's rabbitmq-server on PATH changes to the user rabbitmq; this is the program itself.
    private const string DebianProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _folder;
    private readonly int _port;
    private readonly ServerProcess _portMapper;
    private readonly Dictionary<string, string> _environment;
    private ServerProcess? _server;
    private int _starts;

    private LocalRabbitMq(string folder, int port, string password, ServerProcess portMapper, Dictionary<string, string> environment)
    {
        (_folder, _port, _portMapper, _environment) = (folder, port, portMapper, environment);
        ConnectionString = $"amqp://bench:{password}@127.0.0.1:{port}";
    }

    /// <summary>For RabbitMQ.Client.</summary>
    public string ConnectionString { get; }

    /// <summary>As the server says.</summary>
    public string Version { get; private set; } = "";

    /// <inheritdoc/>
    public string Name => "RabbitMQ";

    /// <inheritdoc/>
    public int ProcessId { get; private set; }

    /// <inheritdoc/>
    public string DataFolder => _environment["RABBITMQ_MNESIA_BASE"];

    /// <summary>Starts it in a folder and waits until it answers.</summary>
    public static async Task<LocalRabbitMq> StartAsync(string folder)
    {
        var port = FreePort.Next();
        var portMapper = FreePort.Next();
        var password = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{port}
            default_user = bench
            default_pass = {password}
            log.console = true
            log.console.level = warning

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "enabled_plugins"), "[].\n");
        var environment = Environment(folder, port, portMapper);

        // Started here, since one started by the broker would leave its session and outlive it.
        var epmd = await ServerProcess.StartAsync(
            Path.Combine(folder, "epmd.log"), "epmd", ["-port", Text(portMapper), "-address", "127.0.0.1"], environment);
        await Wait.UntilAsync(() => FreePort.ListensAsync(portMapper), Patience, "epmd did not start; run eng/setup.sh --backends local");
        var rabbit = new LocalRabbitMq(folder, port, password, epmd, environment);
        await rabbit.RestartAsync();
        return rabbit;
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        await _server!.KillAsync();
        _server = null;
    }

    /// <inheritdoc/>
    public async Task RestartAsync()
    {
        _server = await ServerProcess.StartAsync(
            Path.Combine(_folder, $"log-{++_starts}"), File.Exists(DebianProgram) ? DebianProgram : "rabbitmq-server", [], _environment);
        await Wait.UntilAsync(
            async () => await FreePort.ListensAsync(_port) && (Version = await AskVersionAsync(ConnectionString)) is not "",
            Patience,
            "rabbitmq-server did not start; run eng/setup.sh --backends local");
        ProcessId = await _server.FindAsync("beam.smp");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await _portMapper.DisposeAsync();
    }

    private static Dictionary<string, string> Environment(string folder, int port, int portMapper) => new()
    {
        ["ERL_EPMD_PORT"] = Text(portMapper),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["HOME"] = folder,
        ["RABBITMQ_NODENAME"] = $"bench{port}@localhost",
        ["RABBITMQ_DIST_PORT"] = Text(FreePort.Next()),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = $"-setcookie {Guid.NewGuid():N} -kernel inet_dist_use_interface {{127,0,0,1}}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "logs"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "none.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
    };

    private static async Task<string> AskVersionAsync(string connectionString)
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(connectionString) }.CreateConnectionAsync();
            return connection.ServerProperties?["version"] is byte[] version ? System.Text.Encoding.ASCII.GetString(version) : "unknown";
        }
        catch (Exception e) when (e is RabbitMQ.Client.Exceptions.BrokerUnreachableException or IOException)
        {
            return "";
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
