using System.Globalization;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>A redis-server of this machine on a free loopback port: password, append-only file, data in the data folder.</summary>
internal sealed class LocalRedis
{
    private const string PidFile = "redis.pid";

    private LocalRedis(LocalProgram program, int port, string password)
    {
        Program = program;
        Port = port;
        Password = password;
    }

    /// <summary>The server.</summary>
    public LocalProgram Program { get; }

    /// <summary>The server's port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The password for clients.</summary>
    public string Password { get; }

    /// <summary>Writes the server's configuration.</summary>
    /// <exception cref="HostException">redis-server is not installed.</exception>
    public static LocalRedis Prepare(DataFolder data, LoopbackPorts ports)
    {
        var server = LocalProgram.Find("redis-server")
            ?? throw new HostException(
                "redis-server is not installed: run eng/setup.sh, or install it (on Debian: apt-get install redis-server).");
        var folder = data.Folder("redis");
        EarlierRun.WaitForProcess("redis-server", Path.Combine(folder, PidFile));
        var port = ports.Take();
        var password = data.Secret("redis-password");
        var file = Path.Combine(folder, "redis.conf");
        DataFolder.Write(file, Configuration(folder, port, password));
        return new LocalRedis(
            new LocalProgram("redis", server, [file], new Dictionary<string, string>(), folder), port, password);
    }

    /// <summary>Makes the content of the configuration file, which no other user can read, unlike the arguments.</summary>
    public static string Configuration(string folder, int port, string password) => string.Create(CultureInfo.InvariantCulture, $"""
        bind 127.0.0.1
        port {port}
        protected-mode yes
        requirepass {password}
        daemonize no
        pidfile {Quote(Path.Combine(folder, PidFile))}
        dir {Quote(folder)}
        # Every write goes to a file that is synchronised each second; no snapshots beside it.
        appendonly yes
        appendfsync everysec
        save ""

        """);

    // Quotes as Redis expects: double quotes and backslash escapes.
    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
