using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>
/// Opens connections of their own for calls that wait at the server: on the shared connection everything else would wait behind them
/// (https://stackexchange.github.io/StackExchange.Redis/PipelinesMultiplexers#multiplexing).
/// </summary>
/// <param name="settings">The settings of the shared connection.</param>
internal sealed class RedisWaits(IOptionsMonitor<ConfigurationOptions> settings)
{
    /// <summary>How long a call may wait at the server; some time more may pass until the answer is here.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Opens a connection; the caller closes it, and opens another one after a fault.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        var options = settings.CurrentValue.Clone();
        options.ClientName = null;
        options.AbortOnConnectFail = true;
        options.AsyncTimeout = (int)(Longest * 1.5).TotalMilliseconds;
        options.SyncTimeout = options.AsyncTimeout;

        // Nothing is to be sent behind a call that waits; the timeout above finds a server that vanished.
        options.KeepAlive = (int)(Longest * 6).TotalSeconds;

        // Without this command the library opens no second connection. Sentinels are found by it, and names of commands may be changed.
        if (options.ServiceName is null && options.CommandMap == CommandMap.Default)
        {
            options.CommandMap = CommandMap.Create(["SUBSCRIBE"], available: false);
        }

        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return await connecting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(connecting);
            throw;
        }
    }

    private static async Task CloseAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await (await connecting).DisposeAsync();
        }
        catch (Exception)
        {
            // It was not opened, and nobody waits for it.
        }
    }
}
