using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerConnection
{
    /// <summary>Returns the open connection; waits for one if there is none.</summary>
    public async Task<IConnection> GetAsync(CancellationToken cancellationToken) =>
        (await _current.Task.WaitAsync(cancellationToken)).Consuming;

    /// <summary>
    /// Opens a channel for declaring and consuming, lends it to the caller, and closes it. A broker that does not answer
    /// within the library's timeouts, even to the closing of the channel, is stuck for all users: the connection is given up.
    /// </summary>
    /// <param name="use">Uses the channel, which belongs to the caller until this returns.</param>
    /// <param name="stopping">Cancelled when the caller stops.</param>
    /// <param name="patience">How long to wait for a connection; null for no limit.</param>
    /// <exception cref="TimeoutException">There was no connection within <paramref name="patience"/>.</exception>
    public async Task UseChannelAsync(Func<IChannel, Task> use, CancellationToken stopping, TimeSpan? patience = null)
    {
        var (connection, _, lost) = await _current.Task.WaitAsync(patience ?? Timeout.InfiniteTimeSpan, _time, stopping);
        try
        {
            var channel = await connection.OpenChannelAsync(lost, options: null, stopping);
            try
            {
                await use(channel);
            }
            finally
            {
                await CloseAsync(connection, channel, stopping);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The library's own timeouts are cancellations.
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    /// <summary>Whether a call to the broker failed because the broker is away or does not answer.</summary>
    /// <param name="e">The exception of the call.</param>
    /// <param name="cancellationToken">The caller's token: its cancellation is no fault of the broker.</param>
    public static bool IsAway(Exception e, CancellationToken cancellationToken) => e switch
    {
        // The library's own timeouts are cancellations.
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        RabbitMQClientException or TimeoutException or IOException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>
    /// Gives up a connection that no longer works: a publish can hang forever after a restart of the broker
    /// (https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1930).
    /// </summary>
    public async Task DiscardAsync(IConnection connection, string why)
    {
        Log.Discarded(_logger, why);
        try
        {
            await connection.AbortAsync(Constants.InternalError, why, TimeSpan.FromSeconds(1));
        }
        catch (Exception e)
        {
            Log.Broken(_logger, e);
        }
    }

    // The caller's next channel must not get what this one still holds, so the end of it is awaited.
    private async Task CloseAsync(IConnection connection, IChannel channel, CancellationToken stopping)
    {
        var closed = channel.DisposeAsync().AsTask();
        if (await Task.WhenAny(closed, Task.Delay(PatienceWithClosing(stopping), _time, CancellationToken.None)) != closed)
        {
            // This ends the closing of the channel too.
            await DiscardAsync(connection, "it does not close a channel");
        }

        await closed;
    }

    // A broker with much to do closes a channel late. Giving up its connection would take the transient rooms along, so it has as
    // long as for a publish; only a client that ends does not wait for it.
    private TimeSpan PatienceWithClosing(CancellationToken stopping) =>
        stopping.IsCancellationRequested ? Goodbye : _options.Value.PublishDeadline;
}
