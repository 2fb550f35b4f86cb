using System.Globalization;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>
/// A rabbitmq-server (3.10 or newer) of this machine on free loopback ports, with its own data, logs, cookie and port mapper
/// (epmd), so that it does not interfere with another RabbitMQ on the machine.
/// </summary>
internal sealed class LocalRabbitMq
{
    /// <summary>The user that exists in a new data folder; it has all permissions.</summary>
    public const string User = "aspirechat";

    /// <summary>
    /// The largest frame in bytes. The headers of a message must fit into one frame. RabbitMQ's default of 128 KiB allows
    /// headers nested more deeply than a program with less stack than this client's can read.
    /// </summary>
    public const int FrameMax = 32768;

    private static readonly string[] ErlangHomes = ["/usr/lib/erlang", "/usr/lib64/erlang", "/usr/local/lib/erlang"];

    private LocalRabbitMq(LocalProgram program, LocalProgram portMapper, int port, int? managementPort, int portMapperPort, string password)
    {
        Program = program;
        PortMapper = portMapper;
        Port = port;
        ManagementPort = managementPort;
        PortMapperPort = portMapperPort;
        Password = password;
    }

    /// <summary>The server. <see cref="PortMapper"/> must start before it and end after it.</summary>
    public LocalProgram Program { get; }

    /// <summary>Erlang's port mapper daemon. If none runs, RabbitMQ starts one in the background, which outlives it.</summary>
    public LocalProgram PortMapper { get; }

    /// <summary>The server's AMQP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The port of <see cref="PortMapper"/> on 127.0.0.1.</summary>
    public int PortMapperPort { get; }

    /// <summary>The port of the management pages on 127.0.0.1; null if this RabbitMQ has no management plugin.</summary>
    public int? ManagementPort { get; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string Password { get; }

    /// <summary>Writes the server's configuration.</summary>
    /// <exception cref="HostException">rabbitmq-server or epmd is not installed.</exception>
    public static LocalRabbitMq Prepare(DataFolder data, LoopbackPorts ports)
    {
        // On Debian the program on the PATH is a wrapper that switches to another user; this folder has the wrapped program.
        var server = LocalProgram.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin")
            ?? throw new HostException(
                "rabbitmq-server is not installed: run eng/setup.sh, or install it (on Debian: apt-get install rabbitmq-server).");
        var epmd = LocalProgram.Find("epmd", ErlangFolders())
            ?? throw new HostException(
                "epmd, a part of Erlang that RabbitMQ needs, is not on the PATH: add the bin folder of Erlang to it.");

        var folder = data.Folder("rabbitmq");
        var pidFile = Path.Combine(folder, "rabbitmq.pid");
        EarlierRun.WaitForProcess("beam.smp", pidFile);
        var port = ports.Take();
        var distributionPort = ports.Take();
        var portMapperPort = ports.Take();
        int? managementPort = HasManagement(server) ? ports.Take() : null;
        var password = data.Secret("rabbitmq-password");

        var configuration = Path.Combine(folder, "rabbitmq.conf");
        DataFolder.Write(configuration, Configuration(port, managementPort, password));
        var plugins = Path.Combine(folder, "enabled_plugins");
        DataFolder.Write(plugins, managementPort is null ? "[]." : "[rabbitmq_management].");

        // The secret between Erlang nodes: a process that knows it and reaches the distribution port can run code. Erlang's
        // own would be weaker.
        DataFolder.Write(Path.Combine(data.Folder("rabbitmq", "home"), ".erlang.cookie"), data.Secret("erlang-cookie"));

        var portMapperEnvironment = new Dictionary<string, string>
        {
            ["ERL_EPMD_PORT"] = portMapperPort.ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        };
        var environment = new Dictionary<string, string>(portMapperEnvironment)
        {
            ["HOME"] = Path.Combine(folder, "home"),
            // The name never changes, because the data belong to it; separate port mappers keep nodes of this name apart.
            ["RABBITMQ_NODENAME"] = "aspirechat@localhost",
            ["RABBITMQ_PID_FILE"] = pidFile,
            ["RABBITMQ_CONFIG_FILE"] = configuration,
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
            ["RABBITMQ_MNESIA_BASE"] = data.Folder("rabbitmq", "data"),
            ["RABBITMQ_LOG_BASE"] = data.Folder("rabbitmq", "log"),
            ["RABBITMQ_DIST_PORT"] = distributionPort.ToString(CultureInfo.InvariantCulture),
            // Files that do not exist, so that those in /etc/rabbitmq are not read.
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folder, "advanced.config"),
            // The distribution listens on loopback only. Idle schedulers sleep at once, since many programs share few cores.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
        };

        return new LocalRabbitMq(
            new LocalProgram("rabbitmq", server, [], environment, folder),
            new LocalProgram("epmd", epmd, [], portMapperEnvironment, folder),
            port,
            managementPort,
            portMapperPort,
            password);
    }

    /// <summary>Makes the content of the configuration file, which no other user can read, unlike the environment and arguments.</summary>
    public static string Configuration(int port, int? managementPort, string password) => string.Create(CultureInfo.InvariantCulture, $"""
        listeners.tcp.1 = 127.0.0.1:{port}
        # The headers of a message must fit into one frame. In one of 128 KiB, the default, they can be nested so deeply that
        # reading them overflows a client's stack; RabbitMQ refuses what does not fit.
        frame_max = 32768
        default_user = {User}
        default_pass = {password}
        log.console = true
        log.console.use_colors = off
        log.file = rabbitmq.log
        log.file.level = info
        log.file.rotation.size = 10485760
        log.file.rotation.count = 2
        frame_max = {FrameMax}
        {(managementPort is null ? "" : $"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {managementPort}\n")}
        """);

    private static IEnumerable<string> ErlangFolders() => ErlangHomes
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.GetDirectories(folder, "erts-*"))
        .Select(folder => Path.Combine(folder, "bin"));

    // Every distribution has the plugins near the program, but not in the same place: Debian's program is a link into
    // lib/rabbitmq_server-3.10.8/sbin, the generic package's is in sbin.
    private static bool HasManagement(string server)
    {
        var program = File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? server;
        var home = Path.Combine(Path.GetDirectoryName(program)!, "..");
        string[] homes = Directory.Exists(Path.Combine(home, "lib"))
            ? [home, .. Directory.GetDirectories(Path.Combine(home, "lib"), "rabbitmq_server-*")]
            : [home];
        return homes
            .Select(folder => Path.Combine(folder, "plugins"))
            .Any(folder => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, "rabbitmq_management-*").Any());
    }
}
