namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A {Kind} could not be shown in a window", EventName = "WindowEventNotShown")]
        public static partial void NotShown(ILogger logger, string kind, Exception exception);

        [LoggerMessage(2, LogLevel.Debug, "A window reads everything again: {Reason}", EventName = "WindowBehind")]
        public static partial void Behind(ILogger logger, string reason);

        [LoggerMessage(3, LogLevel.Warning, "A window could not read its lists; trying again", EventName = "WindowListsNotRead")]
        public static partial void NotRead(ILogger logger, Exception exception);

        [LoggerMessage(4, LogLevel.Error, "Something that a user asked for in a window failed", EventName = "WindowActFailed")]
        public static partial void ActFailed(ILogger logger, Exception exception);
    }
}
