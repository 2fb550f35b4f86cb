namespace AspireChat.Protos.LocalApi;

/// <summary>The state of a private chat.</summary>
public enum ChatState
{
    /// <summary>The other user has asked for a chat, and this user has not decided.</summary>
    Asked,

    /// <summary>The chat is open on both sides.</summary>
    Open,

    /// <summary>One side declined.</summary>
    Declined,

    /// <summary>Messages were exchanged before, but the chat is not open now.</summary>
    Closed,
}

/// <summary>A private chat as listed.</summary>
/// <param name="User">The other user's name.</param>
/// <param name="State">The chat's state.</param>
/// <param name="Unread">How many of the other user's messages are unread.</param>
/// <param name="LastAt">When its last message was sent, by its sender's clock; null if there is none.</param>
public sealed record ChatSummary(string User, ChatState State, int Unread, DateTimeOffset? LastAt);

/// <summary>The body that accepts another key for a user: <c>POST /api/chats/{user}/trust</c>.</summary>
/// <param name="Fingerprint">The new key's fingerprint, 64 hexadecimal digits, compared with its owner by other means.</param>
public sealed record TrustBody(string? Fingerprint);
