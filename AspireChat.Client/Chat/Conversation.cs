namespace AspireChat.Client.Chat;

/// <summary>The kind of a conversation.</summary>
public enum ConversationKind
{
    /// <summary>A private chat with one user.</summary>
    User,

    /// <summary>A group.</summary>
    Group,

    /// <summary>The insult channel; there is only one.</summary>
    Insults,
}

/// <summary>A place for messages: a private chat with a user, a group, or the insult channel.</summary>
/// <param name="Kind">Private chat, group, or insult channel.</param>
/// <param name="Name">The other user's name, or the group's; see <see cref="ChatName"/>.</param>
public readonly record struct Conversation(ConversationKind Kind, string Name)
{
    /// <summary>The private chat with a user.</summary>
    public static Conversation With(string user) => new(ConversationKind.User, user);

    /// <summary>The conversation of a group.</summary>
    public static Conversation Of(string group) => new(ConversationKind.Group, group);

    /// <summary>The insult channel.</summary>
    public static Conversation Insults { get; } = new(ConversationKind.Insults, "insults");

    /// <summary>The conversation of a text as <see cref="ToString"/> makes it; null if it is none.</summary>
    public static Conversation? Find(string text) => text.Split(':') switch
    {
        ["user", var name] when ChatName.TryParse(name, out var user) => With(user),
        ["group", var name] when ChatName.TryParse(name, out var group) => Of(group),
        [var only] when only == Insults.Name => Insults,
        _ => null,
    };

    /// <summary><c>user:name</c>, <c>group:name</c> or <c>insults</c>, as in signatures and telemetry.</summary>
    public override string ToString() => Kind switch
    {
        ConversationKind.User => $"user:{Name}",
        ConversationKind.Group => $"group:{Name}",
        _ => Name,
    };
}
