namespace AspireChat.Client.Chat;

/// <summary>
/// The full path of a file in this client's data directory, by its name. The capability Identity provides it; what windows
/// remember is kept there.
/// </summary>
public delegate string DataFile(string name);
