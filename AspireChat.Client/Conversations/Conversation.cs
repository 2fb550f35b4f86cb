namespace AspireChat.Client.Conversations;

/// <summary>What kind of place messages go to.</summary>
public enum ConversationKind
{
    /// <summary>A private chat with one user.</summary>
    User,

    /// <summary>A group.</summary>
    Group,
}

/// <summary>A place for messages: a private chat with a user, or a group.</summary>
/// <param name="Kind">Private chat or group.</param>
/// <param name="Name">The other user's name, or the group's; see <see cref="ChatName"/>.</param>
public readonly record struct Conversation(ConversationKind Kind, string Name)
{
    /// <summary>The private chat with a user.</summary>
    public static Conversation With(string user) => new(ConversationKind.User, user);

    /// <summary>The conversation of a group.</summary>
    public static Conversation Of(string group) => new(ConversationKind.Group, group);

    /// <summary><c>user:name</c> or <c>group:name</c>, as in signatures and in the store.</summary>
    public override string ToString() => Kind == ConversationKind.User ? $"user:{Name}" : $"group:{Name}";
}
