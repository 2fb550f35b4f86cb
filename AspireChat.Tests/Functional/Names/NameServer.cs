using System.Security.Cryptography;
using AspireChat.Client.Names;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Tests.Functional.Names;

/// <summary>A name server for one test: a Redis, as many clients of it as the test wants, and raw access for forgers.</summary>
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

    /// <summary>The Redis.</summary>
    public RedisServer Redis { get; }

    /// <summary>The raw access of any program that can reach the server.</summary>
    public IDatabase Raw => _raw.Value.GetDatabase();

    public static async Task<NameServer> StartAsync(string? password = null) => new(await RedisServer.StartAsync(password));

    /// <summary>Reserves a server that is away until its <see cref="Redis"/> is restarted.</summary>
    public static async Task<NameServer> ReserveAsync() => new(await RedisServer.ReserveAsync());

    /// <summary>The timeout of a call, long enough that a slow machine does not look like an absent server.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>Options with renewals so frequent that tests need not wait.</summary>
    public static NameServerOptions Eager => new() { RenewEvery = TimeSpan.FromMilliseconds(200) };

    /// <summary>Makes a client with a connection of its own, configured as in the chat client.</summary>
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

    /// <summary>The fingerprint of a new key.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>A new lease, as each process has one.</summary>
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

    // A connection may be made after its caller stopped waiting and the server was disposed.
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
