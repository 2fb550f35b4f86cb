namespace AspireChat.Client.Chat;

/// <summary>An event in this client that front ends show. Published by <see cref="LiveEvents"/>.</summary>
public abstract record ChatEvent;

/// <summary>A message was stored: one of this user that was accepted, or another user's that arrived.</summary>
/// <param name="Message">The message.</param>
public sealed record MessageEvent(ChatMessage Message) : ChatEvent;

/// <summary>The state of a message changed, or the reason why it does not.</summary>
/// <param name="Id">Its id.</param>
/// <param name="From">Its sender: ids are unique per sender only.</param>
/// <param name="Conversation">Its conversation.</param>
/// <param name="State">The new state.</param>
/// <param name="Reason">Why it failed, or why it is still on its way; null otherwise.</param>
public sealed record StateEvent(Guid Id, string From, Conversation Conversation, MessageState State, string? Reason) : ChatEvent;

/// <summary>A private chat was requested, opened, declined or closed.</summary>
/// <param name="User">The other user.</param>
/// <param name="State">The chat's new state.</param>
public sealed record ChatOpenedEvent(string User, ChatState State) : ChatEvent;

/// <summary>A user came online or went away, as the name server reports.</summary>
/// <param name="User">The user.</param>
/// <param name="IsOnline">Online or away.</param>
public sealed record PresenceEvent(string User, bool IsOnline) : ChatEvent;

/// <summary>A connection to an infrastructure server, or to a peer's identity, changed.</summary>
/// <param name="Connection">The connection: <c>redis</c>, <c>rabbitmq</c>, or <c>peer:name</c>.</param>
/// <param name="State">The new state, one word, for example <c>connected</c> or <c>reconnecting</c>.</param>
/// <param name="Detail">A sentence for the user, if there is more to say.</param>
/// <param name="Keys">The fingerprints, if a user shows another key than the known one; not part of the API.</param>
public sealed record ConnectionEvent(string Connection, string State, string? Detail = null, KeyChange? Keys = null) : ChatEvent
{
    /// <summary>The state of a peer that shows a key other than the known one.</summary>
    public const string KeyChanged = "key-changed";
}

/// <summary>A user shows another key than the known one.</summary>
/// <param name="Known">The fingerprint of the known key, 64 hexadecimal digits.</param>
/// <param name="Shown">The fingerprint of the other key.</param>
public sealed record KeyChange(string Known, string Shown);

/// <summary>A sender's batch was refused whole because it broke a rule or its sender could not be trusted.</summary>
/// <param name="Conversation">The conversation in which it arrived.</param>
/// <param name="Detail">A sentence for the user.</param>
public sealed record RefusedEvent(Conversation Conversation, string Detail) : ChatEvent;

/// <summary>An insult reached this client.</summary>
/// <param name="Insult">The insult.</param>
public sealed record InsultEvent(ChatMessage Insult) : ChatEvent;

/// <summary>Something happened in a group.</summary>
/// <param name="Group">Its name.</param>
/// <param name="What"><c>joined</c>, <c>left</c>, <c>given-up</c>, <c>gap</c>, <c>waiting</c>, <c>refused</c>,
/// <c>log-lost</c>, <c>unvouched</c> or <c>overrun</c>.</param>
/// <param name="Detail">A sentence for the user, if there is more to say.</param>
public sealed record GroupEvent(string Group, string What, string? Detail = null) : ChatEvent;

/// <summary>A survey found a user or a group.</summary>
/// <param name="User">The user; null if it is a group.</param>
/// <param name="Group">The group; null if it is a user.</param>
public sealed record FoundEvent(FoundUser? User, FoundGroup? Group) : ChatEvent;
