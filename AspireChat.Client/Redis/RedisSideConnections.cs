using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>
/// Opens connections beside the shared one: for calls that wait at the server, since everything else would wait behind them
/// (https://stackexchange.github.io/StackExchange.Redis/PipelinesMultiplexers#multiplexing), and for subscriptions, since the library does
/// not always subscribe again after it has reconnected. The caller closes what it opened, and opens another one after a fault.
/// </summary>
/// <param name="settings">The settings of the shared connection.</param>
internal sealed class RedisSideConnections(IOptionsMonitor<ConfigurationOptions> settings)
{
    /// <summary>How long a call may wait at the server; some time more may pass until the answer is here.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>Opens a connection for calls that wait.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task<ConnectionMultiplexer> OpenForWaitingAsync(CancellationToken cancellationToken)
    {
        var options = Settings();
        options.AsyncTimeout = (int)(LongestWait * 1.5).TotalMilliseconds;
        options.SyncTimeout = options.AsyncTimeout;

        // Nothing is to be sent behind a call that waits; the timeout above finds a server that vanished.
        options.KeepAlive = (int)(LongestWait * 6).TotalSeconds;

        // Without this command the library opens no second connection. Sentinels are found by it, and names of commands may be changed.
        if (options.ServiceName is null && options.CommandMap == CommandMap.Default)
        {
            options.CommandMap = CommandMap.Create(["SUBSCRIBE"], available: false);
        }

        return OpenAsync(options, cancellationToken);
    }

    /// <summary>Opens a connection for subscriptions.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public Task<ConnectionMultiplexer> OpenForSubscribingAsync(CancellationToken cancellationToken) =>
        OpenAsync(Settings(), cancellationToken);

    /// <summary>Closes a connection, whatever state it is in.</summary>
    public static async Task CloseAsync(ConnectionMultiplexer connection)
    {
        try
        {
            // A call that waits at the server need not be answered.
            await connection.CloseAsync(allowCommandsToComplete: false);
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // It is of no use any more; the caller opens another one.
        }
    }

    private ConfigurationOptions Settings()
    {
        var options = settings.CurrentValue.Clone();
        options.AbortOnConnectFail = true;
        return options;
    }

    private static async Task<ConnectionMultiplexer> OpenAsync(ConfigurationOptions options, CancellationToken cancellationToken)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = CloseWhenOpenAsync(connecting);
            throw;
        }
    }

    private static async Task CloseWhenOpenAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await CloseAsync(await connecting);
        }
        catch (Exception)
        {
            // It was not opened, and nobody waits for it.
        }
    }
}
