namespace AspireChat.Client.Names;

public sealed partial class PresenceHeartbeatService
{
    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Registered {User} at the name server, epoch {Epoch}", EventName = "Registered")]
        public static partial void Registered(ILogger logger, string user, long epoch);

        [LoggerMessage(2, LogLevel.Warning, "The name server is away ({Kind}: {Reason}); trying again", EventName = "NameServerAway")]
        public static partial void Away(ILogger logger, string kind, string reason);

        [LoggerMessage(3, LogLevel.Error, "A renewal at the name server failed; trying again", EventName = "RenewalFailed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(4, LogLevel.Warning, "The registration of {User} was lost; registering again", EventName = "RegistrationLost")]
        public static partial void Lost(ILogger logger, string user);

        [LoggerMessage(5, LogLevel.Warning, "A newer process with the key of {User} has registered, epoch {Epoch}; waiting until it is gone", EventName = "Superseded")]
        public static partial void Superseded(ILogger logger, string user, long epoch);

        [LoggerMessage(6, LogLevel.Error, "Another key took the name {User}; trying to get it back", EventName = "NameTaken")]
        public static partial void NameTaken(ILogger logger, string user);

        [LoggerMessage(7, LogLevel.Information, "{User} could not be unregistered; the name server forgets it when the lease is over", EventName = "NotUnregistered")]
        public static partial void NotUnregistered(ILogger logger, string user);
    }
}
