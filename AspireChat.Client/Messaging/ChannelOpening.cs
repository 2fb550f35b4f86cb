using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Opens channels of a connection that can end at any moment.</summary>
internal static class ChannelOpening
{
    private static readonly ShutdownEventArgs Lost = new(ShutdownInitiator.Library, Constants.ConnectionForced, "the connection was lost");

    /// <summary>
    /// Opens a channel, and fails at once if the connection ends meanwhile. The library checks that the connection is open before it
    /// subscribes to its end (https://github.com/rabbitmq/rabbitmq-dotnet-client/blob/v7.2.2/projects/RabbitMQ.Client/Impl/Connection.cs#L160-L174),
    /// so it can miss the end, and then waits for an answer until its timeout, whatever the token says.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="lost">Completes when this connection, or the one that lives and ends with it, has ended.</param>
    /// <param name="options">How the channel is made; null for the library's defaults.</param>
    /// <param name="stopping">Cancelled when the caller stops.</param>
    /// <exception cref="AlreadyClosedException">The connection has ended.</exception>
    public static async Task<IChannel> OpenChannelAsync(
        this IConnection connection, Task lost, CreateChannelOptions? options, CancellationToken stopping)
    {
        var opening = connection.CreateChannelAsync(options, stopping);
        await Task.WhenAny(opening, lost);
        if (opening.IsCompletedSuccessfully || (!lost.IsCompleted && connection.IsOpen))
        {
            return await opening;
        }

        // Nobody waits for it any more; it ends with the connection or at the library's timeout.
        _ = opening.ContinueWith(
            static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        stopping.ThrowIfCancellationRequested();
        throw connection.Ended();
    }

    /// <summary>What a call fails with because the connection has ended, with the reason if there is one.</summary>
    public static AlreadyClosedException Ended(this IConnection connection) => new(connection.CloseReason ?? Lost);
}
