using AspireChat.Client.Chat;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Logs refused batches, in one line a minute: a line for each would let a stranger fill the log. The user is told of
/// each one.
/// </summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private int _refused;

    /// <summary>Counts a refused batch.</summary>
    /// <param name="conversation">The conversation in which it arrived.</param>
    /// <param name="rule">The rule it breaks, as the end of a sentence.</param>
    public void Count(Conversation conversation, string rule)
    {
        lock (_gate)
        {
            _refused++;
            if (_saidAt is { } before && time.GetElapsedTime(before) < Every)
            {
                return;
            }

            Log.Refused(logger, _refused, conversation, rule);
            _saidAt = time.GetTimestamp();
            _refused = 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Batches that break a rule: {Count} refused, the last one in {Conversation}: {Rule}", EventName = "BatchesRefused")]
        public static partial void Refused(ILogger logger, int count, Conversation conversation, string rule);
    }
}
