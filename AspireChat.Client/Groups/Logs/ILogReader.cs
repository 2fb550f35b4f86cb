namespace AspireChat.Client.Groups.Logs;

/// <summary>Reads the log of one generation of a group.</summary>
internal interface ILogReader
{
    /// <summary>Completes once the log is read: from then on no message is missed.</summary>
    Task Reading { get; }

    /// <summary>Reads until cancelled, through every fault.</summary>
    Task RunAsync(CancellationToken stopping);
}
