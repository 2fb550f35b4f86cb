using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A real Redis for one test: on a free loopback port, append-only like the system's, with its data in a temporary folder
/// that survives <see cref="RestartAsync"/>.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new("redis");
    private readonly string? _password;
    private readonly RedisServer? _primary;
    private TestProcess? _process;

    private RedisServer(int port, string? password, RedisServer? primary = null)
    {
        Port = port;
        _password = password;
        _primary = primary;
        Certificate = new ServerCertificate(_folder);
    }

    /// <summary>The port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; }

    /// <summary>The port for TLS on 127.0.0.1.</summary>
    public int TlsPort { get; } = FreePort.Next();

    /// <summary>The certificate of that port.</summary>
    public ServerCertificate Certificate { get; }

    /// <summary>The connection string for StackExchange.Redis.</summary>
    public string ConnectionString =>
        _password is null ? $"127.0.0.1:{Port}" : $"127.0.0.1:{Port},password={_password}";

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <param name="password">The password that clients must give; none if null.</param>
    public static async Task<RedisServer> StartAsync(string? password = null)
    {
        var server = new RedisServer(FreePort.Next(), password);
        await server.WriteConfigurationAsync();
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Starts a replica and waits until it has the data of its primary.</summary>
    public static async Task<RedisServer> StartReplicaAsync(RedisServer primary)
    {
        var replica = new RedisServer(FreePort.Next(), primary._password, primary);
        await replica.WriteConfigurationAsync();
        await replica.StartProcessAsync();
        await Until.True(
            "the replica has the data of its primary",
            async () => (await replica.ExecuteAsync("INFO", "replication")).ToString().Contains("master_link_status:up", StringComparison.Ordinal));
        return replica;
    }

    /// <summary>
    /// Reserves port and folder without starting, for clients that start before their Redis; <see cref="RestartAsync"/>
    /// starts it.
    /// </summary>
    public static async Task<RedisServer> ReserveAsync()
    {
        var server = new RedisServer(FreePort.Next(), password: null);
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

    /// <summary>Kills it if it runs and starts it again on the same port.</summary>
    /// <param name="keepData">Whether it keeps its data or starts empty.</param>
    public async Task RestartAsync(bool keepData = true)
    {
        await KillAsync();
        if (!keepData && Directory.Exists(_folder.File("appendonlydir")))
        {
            Directory.Delete(_folder.File("appendonlydir"), recursive: true);
        }

        await StartProcessAsync();
    }

    /// <summary>Freezes it: its connections stay open and it answers nothing.</summary>
    public void Pause() => _process?.Pause();

    /// <summary>Continues it after <see cref="Pause"/>.</summary>
    public void Resume() => _process?.Resume();

    /// <summary>Runs one command, as any program that can reach Redis could.</summary>
    public async Task<RedisResult> ExecuteAsync(string command, params object[] arguments)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(ConnectionString);
        return await connection.GetDatabase().ExecuteAsync(command, arguments).DefaultTimeout();
    }

    /// <summary>Notes every command from now on.</summary>
    public async Task NoteCommandsAsync()
    {
        await ExecuteAsync("CONFIG", "SET", "slowlog-max-len", "100000");
        await ExecuteAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");
    }

    /// <summary>Whether a command on a key was noted.</summary>
    public async Task<bool> HasNotedAsync(string command, string key) =>
        ((RedisResult[])(await ExecuteAsync("SLOWLOG", "GET", "100000"))!)
            .Select(noted => (string[])noted[3]!)
            .Any(words => words.Length > 1 && words[0].Equals(command, StringComparison.OrdinalIgnoreCase) && words[1] == key);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    // Each write is synchronised, so a kill loses nothing that was answered, even on a slow disk. (By default Redis delays a
    // write while the disk is busy, by up to two seconds.)
    private Task WriteConfigurationAsync() => File.WriteAllTextAsync(
        _folder.File("redis.conf"),
        $"""
        port {Port}
        bind 127.0.0.1
        dir {_folder.FullName}
        appendonly yes
        appendfsync always
        save ""
        loglevel warning
        tls-port {TlsPort}
        tls-ca-cert-file {Certificate.Authority}
        tls-cert-file {Certificate.File}
        tls-key-file {Certificate.Key}
        tls-auth-clients no
        {(_password is null ? "" : $"requirepass {_password}\nmasterauth {_password}")}
        {(_primary is null ? "" : $"replicaof 127.0.0.1 {_primary.Port}")}

        """);

    private async Task StartProcessAsync()
    {
        var process = TestProcess.Start("redis", "redis-server", [_folder.File("redis.conf")], []);
        _process = process;
        await Until.True(
            "redis answers PING", AnswersAsync, giveUp: () => process.HasExited ? process.Describe() : null);
    }

    private async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{(_password is null ? "" : $"AUTH {_password}\r\n")}PING\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var authenticated = _password is null || await reader.ReadLineAsync() == "+OK";

        // A server that is loading its data answers -LOADING.
        return authenticated && await reader.ReadLineAsync() == "+PONG";
    }
}
