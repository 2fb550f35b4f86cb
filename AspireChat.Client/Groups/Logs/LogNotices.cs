using AspireChat.Client.Chat;

namespace AspireChat.Client.Groups.Logs;

/// <summary>Says that a log does not have what was expected there.</summary>
internal sealed partial class LogNotices(LiveEvents events, ILogger<LogNotices> logger)
{
    /// <summary>The last entry that this client has read is not there any more: the log was lost, or trimmed beyond it.</summary>
    public void ReadsFromBeginning(string group)
    {
        Log.FromBeginning(logger, group);
        events.Publish(new GroupEvent(
            group,
            "log-lost",
            $"The log of {group} does not have the place up to which you have read: it was lost, or what was there is not kept any more. "
            + "It is read from its beginning."));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The log of {Group} was lost, or trimmed beyond what was read; it is read from its beginning", EventName = "LogFromBeginning")]
        public static partial void FromBeginning(ILogger logger, string group);
    }
}
