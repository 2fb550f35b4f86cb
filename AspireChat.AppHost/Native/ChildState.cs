namespace AspireChat.AppHost.Native;

/// <summary>What has become of a program of the system.</summary>
internal enum ChildState
{
    /// <summary>Nobody has started it.</summary>
    NotStarted,

    /// <summary>It runs, though it may not answer yet.</summary>
    Running,

    /// <summary>It was asked, or made, to end.</summary>
    Stopped,

    /// <summary>It ended by itself, or by somebody else's hand.</summary>
    Ended,
}
