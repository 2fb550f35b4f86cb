namespace AspireChat.Client.Peers;

/// <summary>
/// Counts the connections that the gate ends, or that end by themselves before a peer has greeted, and logs the number at
/// most once a minute: a line for each would let strangers fill the log.
/// </summary>
internal sealed partial class PeerGateLog : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ILogger<PeerGateLog> _logger;
    private readonly ITimer _minute;
    private bool _isQuiet;
    private int _ended;

    public PeerGateLog(TimeProvider time, ILogger<PeerGateLog> logger)
    {
        _logger = logger;
        _minute = time.CreateTimer(_ => EndMinute(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a connection that ended this way.</summary>
    public void CountEnded()
    {
        lock (_gate)
        {
            _ended++;
            if (!_isQuiet)
            {
                Say();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _minute.Dispose();

    // Logs the rest of a burst even if nothing follows it.
    private void EndMinute()
    {
        lock (_gate)
        {
            _isQuiet = false;
            if (_ended > 0)
            {
                Say();
            }
        }
    }

    private void Say()
    {
        Log.Ended(_logger, _ended);
        _ended = 0;
        _isQuiet = true;
        _minute.Change(Every, Timeout.InfiniteTimeSpan);
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "{Count} connections to the peer port ended because no peer greeted on them or because there were too many",
            EventName = "ConnectionsEnded")]
        public static partial void Ended(ILogger logger, int count);
    }
}
