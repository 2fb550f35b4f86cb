namespace AspireChat.Client.Groups.Logs;

/// <summary>Reads the log of one generation of a group.</summary>
internal interface ILogReader
{
    /// <summary>Completes once the log is read: from then on no message is missed.</summary>
    Task Reading { get; }

    /// <summary>Why the server does not let this member read, as a sentence; null if it does, or is away.</summary>
    string? Refusal { get; }

    /// <summary>Reads until cancelled, through every fault.</summary>
    Task RunAsync(CancellationToken stopping);
}
