namespace AspireChat.Client.Names;

public sealed partial class OnlineUsers
{
    private void WarnIfNoChanges()
    {
        if (_version.Length > 0)
        {
            _hasWarned = false;
        }
        else if (!_hasWarned)
        {
            _hasWarned = true;
            Log.NoChanges(logger);
        }
    }

    private static partial class Log
    {
        // The log does not repeat the text that is not a name: it could be crafted to deceive the reader.
        [LoggerMessage(1, LogLevel.Warning, "The name server lists something that is not a user name; skipped", EventName = "ForeignNameListed")]
        public static partial void SkippedForeignName(ILogger logger);

        [LoggerMessage(2, LogLevel.Warning, "The name server (Redis) keeps no changes in chat:changes for this client, which lists all users at every renewal; may it use XADD, XRANGE and XREVRANGE?", EventName = "NoChanges")]
        public static partial void NoChanges(ILogger logger);
    }
}
