namespace AspireChat.Client.Chat;

/// <summary>
/// The groups whose rooms this client has joined, with their modes. The capability Groups provides them; surveys and windows
/// read them.
/// </summary>
public delegate IReadOnlyDictionary<string, GroupMode> JoinedGroups();
