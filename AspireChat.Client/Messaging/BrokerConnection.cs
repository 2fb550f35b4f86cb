using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Owns the connection to RabbitMQ: opens it once the broker is there, reopens it when it is lost, and reports its state.
/// Its users take channels of the current connection, and ask again after a fault.
/// </summary>
/// <remarks>
/// There are in fact two connections, which live and end together: one for declaring and consuming, and one for publishing
/// only. While RabbitMQ is short of memory or disk it reads nothing from a connection that publishes, not even
/// acknowledgements (https://www.rabbitmq.com/docs/alarms#separate-connections); the other connection keeps working.
/// The library's own recovery is off: it reports success although consumers are lost
/// (https://github.com/rabbitmq/rabbitmq-dotnet-client/issues/1993) and binds deleted queues again (issue 1905).
/// Instead every user of a channel declares what it needs, which is idempotent, and starts over.
/// </remarks>
internal sealed partial class BrokerConnection : BackgroundService
{
    /// <summary>State: no broker is configured, so there are no groups that it would carry, no discovery and no insults.</summary>
    public const string NotConfigured = "not-configured";

    /// <summary>State: connected, but the broker accepts no publishes.</summary>
    public const string Blocked = "blocked";

    /// <summary>State: connected, but the broker refuses something for a reason that does not pass by itself.</summary>
    public const string Refusing = "refusing";

    private const string StateName = MessagingExtensions.ConnectionName;

    private static readonly string Waits = $"what you send to {GroupMode.CarriedBy(GroupMode.RabbitMq)} waits here.";

    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly IServiceProvider _services;
    private readonly IConfiguration _configuration;
    private readonly ConnectionStates _states;
    private readonly IOptions<BrokerOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BrokerConnection> _logger;
    private readonly Lock _change = new();
    private readonly HashSet<string> _told = [];
    private long? _lossLoggedAt;
    private TaskCompletionSource<Pair> _current = NewSource();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates the service; it connects when it is started.</summary>
    public BrokerConnection(
        IServiceProvider services,
        IConfiguration configuration,
        ConnectionStates states,
        IOptions<BrokerOptions> options,
        TimeProvider time,
        ILogger<BrokerConnection> logger)
    {
        (_services, _configuration, _states, _options, _time, _logger) = (services, configuration, states, options, time, logger);
        Alarm = new BrokerAlarm(time);
        Faults = new BrokerFaults(time, logger);
        Faults.Changed += Show;
    }

    /// <summary>Whether there is a connection string.</summary>
    public bool IsConfigured => !string.IsNullOrEmpty(_configuration.GetConnectionString(MessagingExtensions.ConnectionName));

    /// <summary>Whether the connection is open.</summary>
    public bool IsOpen => _current.Task is { IsCompletedSuccessfully: true, Result: { Consuming.IsOpen: true, Publishing.IsOpen: true } };

    /// <summary>Whether the broker accepts publishes.</summary>
    public BrokerAlarm Alarm { get; }

    /// <summary>What the broker refuses.</summary>
    public BrokerFaults Faults { get; }

    /// <summary>The turns of those who declare the same queue.</summary>
    public DeclarationTurns Declarations { get; } = new();

    /// <summary>
    /// Completes when the state changes: the connection is opened or lost, or <see cref="Alarm"/> or <see cref="Faults"/>
    /// change. A waiter must read this before it looks at them.
    /// </summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Starts in the background; the connection has a state before any front end asks for it.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsConfigured)
        {
            _states.Set(StateName, ConnectionStates.Connecting);
        }
        else
        {
            _states.Set(
                StateName, NotConfigured, $"ConnectionStrings:rabbitmq is not set, so there are no {GroupMode.CarriedBy(GroupMode.RabbitMq)}, no discovery and no insults.");
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

        var factory = _services.GetRequiredService<IConnectionFactory>();
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), _options.Value.MaxBackoff);
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
                Log.Broken(_logger, e);
                SayAway(e);
            }

            try
            {
                await Task.Delay(backoff.Next(), _time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task HoldAsync(IConnectionFactory factory, Backoff backoff, CancellationToken stopping)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IConnection? consuming = null;
        IConnection? publishing = null;
        try
        {
            consuming = await ConnectAsync(factory, factory.ClientProvidedName, lost, stopping);
            await ProveAsync(consuming, lost.Task, stopping);
            publishing = await ConnectAsync(factory, $"{factory.ClientProvidedName} (publishing)", lost, stopping);
            publishing.ConnectionBlockedAsync += (_, _) => AlarmAsync(isOn: true, lost.Task);
            publishing.ConnectionUnblockedAsync += (_, _) => AlarmAsync(isOn: false, lost.Task);
            var probe = new AlarmProbe(publishing, lost.Task, Alarm, _time);
            await probe.FirstAsync(stopping);
            backoff.Reset();
            _told.Clear();
            Offer(new Pair(consuming, publishing, lost.Task));
            await probe.RunAsync(stopping);
            LogLoss(consuming.IsOpen ? publishing : consuming);
        }
        finally
        {
            lost.TrySetResult();
            if (Withdraw() && !stopping.IsCancellationRequested)
            {
                _states.Set(StateName, ConnectionStates.Reconnecting, $"RabbitMQ cannot be reached; {Waits}");
                TellChange();
            }

            await Task.WhenAll(EndAsync(consuming, stopping), EndAsync(publishing, stopping));
            Alarm.Set(isOn: false);
        }
    }

    private async Task<IConnection> ConnectAsync(
        IConnectionFactory factory, string? name, TaskCompletionSource lost, CancellationToken stopping)
    {
        var connection = await factory.CreateConnectionAsync(name!, stopping);
        connection.ConnectionShutdownAsync += (_, shutdown) =>
        {
            Log.Ended(_logger, shutdown.ToString());
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        if (!connection.IsOpen)
        {
            lost.TrySetResult();
        }

        return connection;
    }

    // Does not wait for a broker that does not read the closing because it is frozen or short of memory.
    private async Task EndAsync(IConnection? connection, CancellationToken stopping)
    {
        if (connection is not null)
        {
            var ended = stopping.IsCancellationRequested && !Alarm.IsOn
                ? connection.CloseAsync(CancellationToken.None)
                : connection.AbortAsync(CancellationToken.None);
            await Task.WhenAny(ended, Task.Delay(Goodbye, CancellationToken.None));
            _ = DisposeAsync(connection, ended);
        }
    }

    private async Task DisposeAsync(IConnection connection, Task ended)
    {
        try
        {
            await ended;
            await connection.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.Broken(_logger, e);
        }
    }

    // The library does not wait for the broker's final answer: a broker that refuses the virtual host closes the connection
    // after it was opened. Opening a channel proves that the connection works.
    private async Task ProveAsync(IConnection connection, Task lost, CancellationToken stopping)
    {
        try
        {
            await (await connection.OpenChannelAsync(lost, options: null, stopping)).DisposeAsync();
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    private static TaskCompletionSource<Pair> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Pair(IConnection Consuming, IConnection Publishing, Task Lost);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The connection to RabbitMQ failed; trying again", EventName = "BrokerBroken")]
        public static partial void Broken(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Debug, "A connection to RabbitMQ ended: {Reason}", EventName = "BrokerEnded")]
        public static partial void Ended(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "The connection to RabbitMQ is given up: {Why}", EventName = "BrokerDiscarded")]
        public static partial void Discarded(ILogger logger, string why);

        [LoggerMessage(4, LogLevel.Warning, "RabbitMQ is away ({Kind}: {Reason}); trying again", EventName = "BrokerAway")]
        public static partial void Away(ILogger logger, string kind, string reason);

        [LoggerMessage(5, LogLevel.Warning, "RabbitMQ is short of memory or disk and takes no messages", EventName = "BrokerBlocked")]
        public static partial void Alarm(ILogger logger);

        [LoggerMessage(6, LogLevel.Information, "RabbitMQ takes messages again", EventName = "BrokerUnblocked")]
        public static partial void AlarmOver(ILogger logger);

        [LoggerMessage(7, LogLevel.Warning, "The connection to RabbitMQ was lost: {Reason}; trying again", EventName = "BrokerLost")]
        public static partial void Lost(ILogger logger, string reason);
    }
}
