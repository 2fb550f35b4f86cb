namespace AspireChat.Client.Peers;

/// <summary>
/// Counts the connections that are sent away, or end by themselves, before anybody has greeted, and says so in one line a
/// minute: a line for each would let strangers fill the log.
/// </summary>
internal sealed partial class PeerGateLog(TimeProvider time, ILogger<PeerGateLog> logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private int _refused;

    /// <summary>A connection has come to nothing.</summary>
    public void CountRefused()
    {
        lock (_gate)
        {
            _refused++;
            if (_saidAt is { } before && time.GetElapsedTime(before) < Every)
            {
                return;
            }

            Log.Refused(logger, _refused);
            _saidAt = time.GetTimestamp();
            _refused = 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Connections to the peer port on which nobody greeted, or too many at a time: {Count} came to nothing", EventName = "ConnectionsRefused")]
        public static partial void Refused(ILogger logger, int count);
    }
}
