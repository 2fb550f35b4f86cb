using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Deploy;

/// <summary>
/// The servers of the Compose file as programs on this machine: Redis with the file's command and health check, RabbitMQ with
/// the file's configuration and user. The secrets are the test's.
/// </summary>
/// <remarks>
/// Replaced is what a container would provide: Redis' port and folder, and the script of its image that drops root. RabbitMQ's
/// container makes its first user from two environment variables; the bare program does not.
/// </remarks>
public sealed class ComposedServers : IAsyncLifetime
{
    private const string InContainer = "docker-entrypoint.sh redis-server ";

    private readonly TempFolder _folder = new("compose-redis");
    private readonly int _redisPort = FreePort.Next();
    private TestProcess? _redis;
    private RabbitMqServer? _rabbit;

    /// <summary>The file.</summary>
    public ComposeFile File { get; } = ComposeFile.Read();

    /// <summary>What <c>.env</c> would hold.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; } = ComposeFile.VariablesIn(ComposeFile.ReadBeside("compose.yaml"))
        .Distinct()
        .ToDictionary(name => name, _ => Guid.NewGuid().ToString("N"));

    /// <summary>The server called <c>redis:6379</c> in the file.</summary>
    public string Redis => $"127.0.0.1:{_redisPort}";

    /// <summary>The server called <c>rabbitmq:5672</c> in the file.</summary>
    public string RabbitMq => $"127.0.0.1:{_rabbit!.Port}";

    public async ValueTask InitializeAsync()
    {
        string[] command = [.. ComposeFile.Items(File["redis"]["command"]).Select(part => ComposeFile.Interpolate(part, Secrets))];
        Assert.Contains(InContainer, command[^1], StringComparison.Ordinal);
        command[^1] = command[^1].Replace(
            InContainer, $"redis-server --bind 127.0.0.1 --port {_redisPort} --dir {_folder.FullName} ", StringComparison.Ordinal);
        _redis = TestProcess.Start("redis", command[0], command[1..], EnvironmentOf("redis"));

        _rabbit = await RabbitMqServer.StartAsync(ComposeFile.ReadBeside("rabbitmq.conf"));
        var user = EnvironmentOf("rabbitmq");
        await _rabbit.CreateUserAsync(user["RABBITMQ_DEFAULT_USER"]!, user["RABBITMQ_DEFAULT_PASS"]!);
        await Until.Equal("the exit code of Redis' health check", 0, () => CheckRedisAsync(Secrets["REDIS_PASSWORD"]));
    }

    /// <summary>Runs Redis' health check.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> CheckRedisAsync(string password)
    {
        var check = File.HealthCheckOf("redis");
        var line = check[^1].Replace("redis-cli ", $"redis-cli -p {_redisPort} ", StringComparison.Ordinal);
        await using var process = TestProcess.Start(
            "redis' health check", check[0], [.. check.Skip(1).SkipLast(1), line], [KeyValuePair.Create("REDIS_PASSWORD", (string?)password)]);
        return await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_rabbit is not null)
        {
            await _rabbit.DisposeAsync();
        }

        _folder.Dispose();
    }

    private Dictionary<string, string?> EnvironmentOf(string service) => File.EnvironmentOf(service)
        .ToDictionary(variable => variable.Key, variable => (string?)ComposeFile.Interpolate(variable.Value, Secrets));
}
