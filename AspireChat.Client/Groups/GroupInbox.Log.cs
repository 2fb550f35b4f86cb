using AspireChat.Client.Conversations;

namespace AspireChat.Client.Groups;

internal sealed partial class GroupInbox
{
    [LoggerMessage(1, LogLevel.Debug, "A batch in {Conversation} by the key {Fingerprint} is held until the name server can tell", EventName = "BatchHeld")]
    private partial void LogHeld(Conversation conversation, string fingerprint);

    [LoggerMessage(2, LogLevel.Warning, "So much is held that {Conversation} waits for the name server", EventName = "HeldFull")]
    private partial void LogFull(Conversation conversation);

    [LoggerMessage(3, LogLevel.Warning, "A batch in {Conversation} could not be handled; trying again", EventName = "BatchFailed")]
    private partial void LogFailed(Conversation conversation, Exception e);

    [LoggerMessage(4, LogLevel.Error, "A batch in {Conversation} cannot be handled and is set aside; {Forgotten} older ones are forgotten for it", EventName = "BatchSetAside")]
    private partial void LogSetAside(Conversation conversation, int forgotten, Exception e);
}
