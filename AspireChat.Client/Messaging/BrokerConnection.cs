using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Owns the one connection to RabbitMQ: makes it when the broker is there, makes it again when it is lost, and says
/// how it stands. Whoever uses it takes channels of the connection that stands now, and asks again after a fault.
/// </summary>
/// <remarks>
/// The library's own recovery is off: it reports success with consumers lost
/// (https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1993) and binds deleted queues again (issue 1905).
/// Instead every user of a channel declares what it needs, which is idempotent, and starts over.
/// </remarks>
internal sealed partial class BrokerConnection(
    IServiceProvider services,
    IConfiguration configuration,
    ConnectionStates states,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<BrokerConnection> logger) : BackgroundService
{
    /// <summary>State: no broker is configured, so there are no groups, no discovery and no insults.</summary>
    public const string NotConfigured = "not-configured";

    /// <summary>State: connected, but the broker takes no publishes.</summary>
    public const string Blocked = "blocked";

    private const string StateName = MessagingExtensions.ConnectionName;

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly Lock _change = new();
    private TaskCompletionSource<IConnection> _current = NewSource();
    private readonly HashSet<string> _told = [];
    private bool _isBlocked;

    /// <summary>Whether there is a connection string.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(configuration.GetConnectionString(MessagingExtensions.ConnectionName));

    /// <summary>Whether the connection stands.</summary>
    public bool IsOpen => _current.Task is { IsCompletedSuccessfully: true, Result.IsOpen: true };

    /// <summary>
    /// Whether the broker takes no publishes because it is short of memory or disk
    /// (https://www.rabbitmq.com/docs/connection-blocked).
    /// </summary>
    public bool IsBlocked => Volatile.Read(ref _isBlocked);

    /// <summary>The connection that stands now; waits for one if there is none.</summary>
    public Task<IConnection> GetAsync(CancellationToken cancellationToken) => _current.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Opens a channel on the connection that stands now, lends it out, and closes it. A broker that does not answer within
    /// the library's timeouts, or not even to the goodbye, is frozen for everybody: the whole connection is given up.
    /// </summary>
    /// <param name="use">Uses the channel; both are the caller's until it returns.</param>
    /// <param name="stopping">The caller's own end.</param>
    /// <param name="options">How the channel is made; null for the library's defaults.</param>
    /// <param name="patience">How long to wait for a connection; null for ever.</param>
    /// <exception cref="TimeoutException">There was no connection within <paramref name="patience"/>.</exception>
    public async Task UseChannelAsync(
        Func<IConnection, IChannel, Task> use,
        CancellationToken stopping,
        CreateChannelOptions? options = null,
        TimeSpan? patience = null)
    {
        var connection = await GetAsync(stopping).WaitAsync(patience ?? Timeout.InfiniteTimeSpan, time, stopping);
        try
        {
            var channel = await connection.CreateChannelAsync(options, stopping);
            try
            {
                await use(connection, channel);
            }
            finally
            {
                await CloseAsync(connection, channel);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The library's own timeouts are cancellations.
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    /// <summary>Whether a call to the broker ended with this because the broker is away or does not answer.</summary>
    /// <param name="e">What the call ended with.</param>
    /// <param name="cancellationToken">The caller's own: its cancellation is no fault of the broker.</param>
    public static bool IsAway(Exception e, CancellationToken cancellationToken) => e switch
    {
        // The library's own timeouts are cancellations.
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        RabbitMQClientException or TimeoutException or IOException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>
    /// Gives a connection up that does not do its work any more: a publish can hang for ever after a restart of the
    /// broker (https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1930).
    /// </summary>
    public async Task DiscardAsync(IConnection connection, string why)
    {
        LogDiscarded(why);
        try
        {
            await connection.AbortAsync(Constants.InternalError, why, TimeSpan.FromSeconds(1));
        }
        catch (Exception e)
        {
            LogBroken(e);
        }
    }

    /// <summary>Starts in the background; how the connection stands is known before any front end asks.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsConfigured)
        {
            states.Set(StateName, ConnectionStates.Connecting);
        }
        else
        {
            states.Set(StateName, NotConfigured, "ConnectionStrings:rabbitmq is not set: no groups, discovery and insults.");
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsConfigured)
        {
            return;
        }

        var factory = services.GetRequiredService<IConnectionFactory>();
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), options.Value.MaxBackoff);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await HoldAsync(factory, backoff, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBroken(e);
                SayAway(e);
            }

            try
            {
                await Task.Delay(backoff.Next(), time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task HoldAsync(IConnectionFactory factory, Backoff backoff, CancellationToken stopping)
    {
        await using var connection = await factory.CreateConnectionAsync(stopping);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, _) => BlockAsync(true);
        connection.ConnectionUnblockedAsync += (_, _) => BlockAsync(false);
        if (!connection.IsOpen)
        {
            lost.TrySetResult();
        }

        await ProveAsync(connection, stopping);
        backoff.Reset();
        _told.Clear();
        Offer(connection);
        states.Set(StateName, ConnectionStates.Connected);
        try
        {
            await lost.Task.WaitAsync(stopping);
        }
        finally
        {
            Withdraw();
            Volatile.Write(ref _isBlocked, false);
            if (stopping.IsCancellationRequested)
            {
                await connection.CloseAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            }
            else
            {
                states.Set(StateName, ConnectionStates.Reconnecting, "RabbitMQ cannot be reached; what you send to groups waits here.");
            }
        }
    }

    // The library does not wait for the broker's last word: one that refuses the virtual host ends the connection after it
    // was made. A channel that opens is proof.
    private async Task ProveAsync(IConnection connection, CancellationToken stopping)
    {
        try
        {
            await (await connection.CreateChannelAsync(cancellationToken: stopping)).DisposeAsync();
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    // Each reason once, until there was a connection: a wrong password, a refused certificate or a wrong name are mended by
    // whoever reads the log. The nodes of a cluster may have one each.
    private void SayAway(Exception e)
    {
        var nodes = e is BrokerUnreachableException { InnerException: AggregateException several } ? several.InnerExceptions.AsEnumerable() : [e];
        foreach (var cause in nodes.Select(node => node.GetBaseException()))
        {
            if (_told.Add($"{cause.GetType().Name}: {cause.Message}"))
            {
                LogAway(cause.GetType().Name, cause.Message);
            }
        }
    }

    private async Task CloseAsync(IConnection connection, IChannel channel)
    {
        var closed = channel.DisposeAsync().AsTask();
        if (await Task.WhenAny(closed, Task.Delay(Goodbye, time)) != closed)
        {
            // Which ends the closing too.
            await DiscardAsync(connection, "it does not close a channel");
        }

        await closed;
    }

    private Task BlockAsync(bool isBlocked)
    {
        Volatile.Write(ref _isBlocked, isBlocked);
        states.Set(
            StateName,
            isBlocked ? Blocked : ConnectionStates.Connected,
            isBlocked ? "RabbitMQ is short of memory or disk and takes nothing now; what you send to groups waits here." : null);
        return Task.CompletedTask;
    }

    private void Offer(IConnection connection)
    {
        lock (_change)
        {
            _current.TrySetResult(connection);
        }
    }

    private void Withdraw()
    {
        lock (_change)
        {
            _current = NewSource();
        }
    }

    private static TaskCompletionSource<IConnection> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Debug, "The connection to RabbitMQ failed; trying again", EventName = "BrokerBroken")]
    private partial void LogBroken(Exception e);

    [LoggerMessage(2, LogLevel.Warning, "The connection to RabbitMQ is given up: {Why}", EventName = "BrokerDiscarded")]
    private partial void LogDiscarded(string why);

    [LoggerMessage(3, LogLevel.Warning, "RabbitMQ is away ({Kind}: {Reason}); trying again", EventName = "BrokerAway")]
    private partial void LogAway(string kind, string reason);
}
