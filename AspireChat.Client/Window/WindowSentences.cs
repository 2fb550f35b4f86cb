using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>What a window says by itself, each time as one short text: what is away, what waits, what an empty pane is for.</summary>
internal static class WindowSentences
{
    private const string Redis = "redis";
    private const string RabbitMq = "rabbitmq";
    private const string NotConfigured = "not-configured";
    private const string Mailbox = "mailbox";
    private const string TakesIn = "taking-in";

    /// <summary>Whether a connection is one to a server; the others are to users and have no lasting state.</summary>
    public static bool IsServer(string connection) => connection is Redis or RabbitMq;

    /// <summary>What the user must know about the connections; null when all is well.</summary>
    /// <param name="connections">The states by connection; none before they have been read.</param>
    public static string? Notice(IReadOnlyDictionary<string, ConnectionState> connections) =>
        (IsAway(connections, Redis), IsAway(connections, RabbitMq)) switch
        {
            (true, true) => "The name server and RabbitMQ are away. Messages are saved and will be sent when they are back.",
            (true, false) => $"The name server is away. Open chats go on; nobody new can be found, and {GroupMode.CarriedBy(GroupMode.Redis)} wait, until it is back.",
            (false, true) => $"RabbitMQ is away. What you send to {GroupMode.CarriedBy(GroupMode.RabbitMq)} is saved and will be sent when it is back.",
            _ => Trouble(connections, Redis) ?? Trouble(connections, RabbitMq) ?? (IsStarting(connections, Redis), IsStarting(connections, RabbitMq)) switch
            {
                (true, true) => "Connecting to the name server and to RabbitMQ.",
                (true, false) => "Connecting to the name server.",
                (false, true) => "Connecting to RabbitMQ.",
                _ => TakingIn(connections),
            },
        };

    /// <summary>Why own messages of a conversation wait; null if none waits, or if nothing holds them up.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="mode">A group's mode; null if it is no group.</param>
    /// <param name="hasUnsent">Whether own messages are on their way.</param>
    /// <param name="connections">The states by connection.</param>
    /// <param name="isOnline">Whether the other user of a private chat is online; null if that is not known.</param>
    public static string? Waiting(
        Conversation conversation, GroupMode? mode, bool hasUnsent, IReadOnlyDictionary<string, ConnectionState> connections, bool? isOnline) =>
        !hasUnsent ? null
        : conversation.Kind != ConversationKind.User
            ? WaitingForServer(connections, mode?.Server == GroupMode.Redis ? Redis : RabbitMq)
        : IsAway(connections, Redis) || IsStarting(connections, Redis) ? "Saved, will be sent when the name server is back."
        : isOnline == false ? HasNoMailboxes(connections)
            ? $"Saved, will be sent if {conversation.Name} comes back in a moment."
            : $"Saved; {conversation.Name} is away and gets it later."
        : null;

    /// <summary>What an empty pane says.</summary>
    /// <param name="item">The conversation.</param>
    /// <param name="isBlocked">Whether the other user of a private chat is blocked.</param>
    public static string Hint(ConversationItem item, bool isBlocked) => item switch
    {
        { Conversation.Kind: ConversationKind.Insults } => "No insult has reached you yet.",
        { Conversation.Kind: ConversationKind.Group, IsJoined: false } => $"You are not in the group {item.Title}; join it to read and write.",
        { Conversation.Kind: ConversationKind.Group } => "Nobody has said anything here yet.",
        _ when isBlocked => $"You have blocked {item.Title}; unblock that user to see the messages.",
        { ChatState: ChatState.Asked } => $"{item.Title} asks for a chat; accept or decline it.",
        { ChatState: ChatState.Declined } => $"The chat with {item.Title} was declined.",
        { ChatState: ChatState.Open } => $"The chat with {item.Title} is open; say hello.",
        _ => $"Say hello to {item.Title}; the first message opens the chat.",
    };

    /// <summary>Whether a connection event tells how far the mailbox has been taken in.</summary>
    public static bool IsProgress(string connection, string state) => connection == Mailbox && state is TakesIn or ConnectionStates.Connected;

    private static string? WaitingForServer(IReadOnlyDictionary<string, ConnectionState> connections, string name) =>
        IsAway(connections, name) || IsStarting(connections, name) || Trouble(connections, name) is not null
            ? $"Saved, will be sent when {(name == Redis ? GroupMode.Redis : GroupMode.RabbitMq)} takes messages again."
            : null;

    private static string? TakingIn(IReadOnlyDictionary<string, ConnectionState> connections) =>
        connections.TryGetValue(Mailbox, out var now) && now.State == TakesIn ? now.Detail : null;

    private static bool HasNoMailboxes(IReadOnlyDictionary<string, ConnectionState> connections) =>
        connections.TryGetValue(RabbitMq, out var now) && now.State == NotConfigured;

    private static bool IsStarting(IReadOnlyDictionary<string, ConnectionState> connections, string name) =>
        connections.TryGetValue(name, out var now) && now is { State: ConnectionStates.Connecting, Detail: null };

    private static bool IsAway(IReadOnlyDictionary<string, ConnectionState> connections, string name) =>
        connections.TryGetValue(name, out var now)
        && (now.State == ConnectionStates.Reconnecting || (now.State == ConnectionStates.Connecting && now.Detail is not null));

    private static string? Trouble(IReadOnlyDictionary<string, ConnectionState> connections, string name) =>
        connections.TryGetValue(name, out var now) && now.State is not (ConnectionStates.Connected or ConnectionStates.Connecting or NotConfigured)
            ? now.Detail ?? $"{(name == Redis ? "The name server" : "RabbitMQ")} reports '{now.State}'."
            : null;
}
