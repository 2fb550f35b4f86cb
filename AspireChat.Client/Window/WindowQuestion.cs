namespace AspireChat.Client.Window;

/// <summary>What a command asks a front end to show.</summary>
internal enum WindowQuestion
{
    /// <summary>A survey.</summary>
    Discovery,

    /// <summary>The search, with words to begin with.</summary>
    Search,

    /// <summary>Commands and shortcuts.</summary>
    Help,

    /// <summary>Whether to leave the chat.</summary>
    Exit,
}
