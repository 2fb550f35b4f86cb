namespace AspireChat.Client.Page;

/// <summary>What lies over the page.</summary>
internal enum Dialog
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The switcher: conversations, people and commands by a few letters.</summary>
    Switcher,

    /// <summary>The shortcuts and commands.</summary>
    Help,

    /// <summary>The search in the history.</summary>
    Search,

    /// <summary>A new group, or one to join.</summary>
    Group,

    /// <summary>Who is there, by a survey.</summary>
    Discovery,

    /// <summary>How somebody else joins this chat.</summary>
    Invitation,

    /// <summary>Whether to leave the chat.</summary>
    Exit,
}
