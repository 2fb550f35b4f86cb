using System.Globalization;
using RabbitMQ.Client;

namespace AspireChat.Bench.Servers;

/// <summary>A RabbitMQ of this run, with its own node name, ports, port mapper, home and data, beside any other on the machine.</summary>
internal sealed class LocalRabbitMq : IAsyncDisposable
{
    // Debian's rabbitmq-server on PATH changes to the user rabbitmq; this is the program itself.
    private const string DebianProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly ServerProcess _portMapper;
    private readonly ServerProcess _server;

    private LocalRabbitMq(ServerProcess portMapper, ServerProcess server, string connectionString, string version) =>
        (_portMapper, _server, ConnectionString, Version) = (portMapper, server, connectionString, version);

    /// <summary>For RabbitMQ.Client.</summary>
    public string ConnectionString { get; }

    /// <summary>As the server says.</summary>
    public string Version { get; }

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
        var server = await ServerProcess.StartAsync(
            Path.Combine(folder, "log"), File.Exists(DebianProgram) ? DebianProgram : "rabbitmq-server", [], environment);
        var connectionString = $"amqp://bench:{password}@127.0.0.1:{port}";
        var version = "";
        await Wait.UntilAsync(
            async () => await FreePort.ListensAsync(port) && (version = await AskVersionAsync(connectionString)) is not "",
            Patience,
            "rabbitmq-server did not start; run eng/setup.sh --backends local");
        return new LocalRabbitMq(epmd, server, connectionString, version);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
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
