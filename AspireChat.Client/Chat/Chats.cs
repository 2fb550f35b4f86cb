namespace AspireChat.Client.Chat;

/// <summary>Where a private chat stands.</summary>
public enum ChatState
{
    /// <summary>The other user asks for a chat; the own user has not decided.</summary>
    Asked,

    /// <summary>Both sides have it open.</summary>
    Open,

    /// <summary>One side declined.</summary>
    Declined,

    /// <summary>Messages were exchanged before, but the chat is not open now.</summary>
    Closed,
}

/// <summary>A private chat as listed.</summary>
/// <param name="User">The other user.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Unread">How many of the other user's messages were not read yet.</param>
/// <param name="LastAt">When its last message was sent; null if there is none.</param>
public sealed record ChatSummary(string User, ChatState State, int Unread, DateTimeOffset? LastAt);

/// <summary>A user as the name server lists them.</summary>
/// <param name="Name">The user name.</param>
/// <param name="Address">The peer address, <c>https://host:port</c>.</param>
/// <param name="Since">When the user registered, by the name server's clock, UTC.</param>
public sealed record OnlineUser(string Name, string Address, DateTimeOffset Since);

/// <summary>This client's own identity and how it is connected.</summary>
/// <param name="Name">The own user name.</param>
/// <param name="Address">The own peer address, <c>https://host:port</c>.</param>
/// <param name="Fingerprint">Lower-case hex SHA-256 of the own public key's DER SubjectPublicKeyInfo.</param>
/// <param name="Connections">State of each connection by name, for example <c>redis</c> → <c>connected</c>.</param>
public sealed record Me(string Name, string Address, string Fingerprint, IReadOnlyDictionary<string, string> Connections);
