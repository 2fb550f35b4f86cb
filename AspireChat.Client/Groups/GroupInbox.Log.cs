using AspireChat.Client.Chat;

namespace AspireChat.Client.Groups;

internal sealed partial class GroupInbox
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A batch in {Conversation} by the key {Fingerprint} is held until the name server can verify it", EventName = "BatchHeld")]
        public static partial void Held(ILogger logger, Conversation conversation, string fingerprint);

        [LoggerMessage(2, LogLevel.Warning, "So many batches are held that {Conversation} awaits the name server", EventName = "HeldFull")]
        public static partial void Full(ILogger logger, Conversation conversation);

        [LoggerMessage(3, LogLevel.Warning, "A batch in {Conversation} could not be handled; retrying", EventName = "BatchFailed")]
        public static partial void Failed(ILogger logger, Conversation conversation, Exception exception);

        [LoggerMessage(4, LogLevel.Error, "A batch in {Conversation} cannot be handled and is set aside; {Forgotten} older ones are deleted to make room", EventName = "BatchSetAside")]
        public static partial void SetAside(ILogger logger, Conversation conversation, int forgotten, Exception exception);
    }
}
