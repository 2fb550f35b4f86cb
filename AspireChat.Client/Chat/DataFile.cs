namespace AspireChat.Client.Chat;

/// <summary>
/// The full path of a file in this client's data directory, by its name. The capability Identity provides it; what front ends
/// keep lies there, beside this user's key and history.
/// </summary>
public delegate string DataFile(string name);
