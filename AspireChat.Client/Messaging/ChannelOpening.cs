using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Opens channels of a connection that can end at any moment.</summary>
internal static class ChannelOpening
{
    private static readonly ShutdownEventArgs Lost = new(ShutdownInitiator.Library, Constants.ConnectionForced, "the connection was lost");

    /// <summary>
    /// Opens a channel, and fails at once if the connection ends meanwhile. The library looks whether the connection is closed
    /// before it listens for that (https://github.com/rabbitmq/rabbitmq-dotnet-client/blob/v7.2.2/projects/RabbitMQ.Client/Impl/Connection.cs#L160-L174),
    /// so it can miss the end, and then waits for an answer until its timeout.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="lost">Completes when the connection has ended.</param>
    /// <param name="options">How the channel is made; null for the library's defaults.</param>
    /// <param name="stopping">Cancelled when the caller stops.</param>
    /// <exception cref="AlreadyClosedException">The connection has ended; the exception says why.</exception>
    public static async Task<IChannel> OpenChannelAsync(
        this IConnection connection, Task lost, CreateChannelOptions? options, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var opening = connection.CreateChannelAsync(options, end.Token);
        if (await Task.WhenAny(opening, lost) == opening)
        {
            return await opening;
        }

        await end.CancelAsync();
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new AlreadyClosedException(connection.CloseReason ?? Lost);
    }
}
