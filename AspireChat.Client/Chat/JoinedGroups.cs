namespace AspireChat.Client.Chat;

/// <summary>The groups in whose rooms this client is now, with what they promise: groups say so, a survey and windows ask.</summary>
public delegate IReadOnlyDictionary<string, GroupMode> JoinedGroups();
