namespace AspireChat.Client.Page;

/// <summary>The columns of the page; a narrow screen shows one.</summary>
internal enum Column
{
    /// <summary>The conversations.</summary>
    List,

    /// <summary>The open conversation.</summary>
    Conversation,

    /// <summary>Who is in it, and what can be done with it.</summary>
    Details,
}
