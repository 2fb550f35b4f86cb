using System.Security.Cryptography;
using AspireChat.Client.Names;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Tests.Functional.Names;

/// <summary>A name server of a test's own: a Redis, as many clients of it as the test wants, and raw access for forgers.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private readonly List<ConnectionMultiplexer> _connections = [];
    private readonly Lazy<ConnectionMultiplexer> _raw;
    private bool _isDisposed;

    private NameServer(RedisServer redis)
    {
        Redis = redis;
        _raw = new Lazy<ConnectionMultiplexer>(() => Add(ConnectionMultiplexer.Connect($"{redis.ConnectionString},abortConnect=false")));
    }

    /// <summary>The server itself.</summary>
    public RedisServer Redis { get; }

    /// <summary>Raw access, as anybody has who can reach the server.</summary>
    public IDatabase Raw => _raw.Value.GetDatabase();

    public static async Task<NameServer> StartAsync(string? password = null) => new(await RedisServer.StartAsync(password));

    /// <summary>One that is away until its <see cref="Redis"/> is restarted.</summary>
    public static async Task<NameServer> ReserveAsync() => new(await RedisServer.ReserveAsync());

    /// <summary>How long a call may take: a slow machine is not an absent server.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>Renewed so often that tests need not wait.</summary>
    public static NameServerOptions Eager => new() { RenewEvery = TimeSpan.FromMilliseconds(200) };

    /// <summary>A client with a connection of its own, set as the chat client sets it.</summary>
    public PresenceDirectory Connect(NameServerOptions? options = null, string? connectionString = null, TimeSpan? callTimeout = null)
    {
        var connection = new RedisConnection(
            () =>
            {
                var redis = ConfigurationOptions.Parse(connectionString ?? Redis.ConnectionString);
                RedisExtensions.KeepTrying(redis);
                return Add(ConnectionMultiplexer.Connect(redis));
            },
            Options.Create(new RedisOptions { CallTimeout = callTimeout ?? Patience }),
            TimeProvider.System);
        return new PresenceDirectory(connection, Options.Create(options ?? new NameServerOptions()), NullLogger<PresenceDirectory>.Instance);
    }

    /// <summary>What nobody else has: a new key's fingerprint.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>A new lease; each one is a process.</summary>
    public static Lease NewLease(string user, string? fingerprint = null, int port = 7001) =>
        new(user, new Uri($"https://127.0.0.1:{port}"), fingerprint ?? NewKey());

    public async ValueTask DisposeAsync()
    {
        lock (_connections)
        {
            _isDisposed = true;
        }

        _connections.ForEach(connection => connection.Dispose());
        await Redis.DisposeAsync();
    }

    // A connection whose caller has given up may still arrive after the end.
    private ConnectionMultiplexer Add(ConnectionMultiplexer connection)
    {
        lock (_connections)
        {
            if (_isDisposed)
            {
                connection.Dispose();
            }
            else
            {
                _connections.Add(connection);
            }
        }

        return connection;
    }
}
