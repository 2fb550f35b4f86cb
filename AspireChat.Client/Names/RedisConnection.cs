using StackExchange.Redis;

namespace AspireChat.Client.Names;

/// <summary>
/// The connection to Redis, made in the background at first use: making it blocks until Redis answers or its connect
/// timeout is over, and no start should wait for that. Once made, it repairs itself.
/// </summary>
/// <param name="connect">Makes it; called again if it failed.</param>
public sealed class RedisConnection(Func<IConnectionMultiplexer> connect)
{
    private readonly Lock _gate = new();
    private Task<IConnectionMultiplexer>? _connecting;

    /// <summary>The database, as soon as there is a connection object; Redis itself may still be away.</summary>
    public async Task<IDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connecting;
        lock (_gate)
        {
            if (_connecting is null or { IsFaulted: true })
            {
                _connecting = Task.Run(connect, CancellationToken.None);
            }

            connecting = _connecting;
        }

        return (await connecting.WaitAsync(cancellationToken)).GetDatabase();
    }
}
