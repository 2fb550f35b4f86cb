using AspireChat.Client.Chat;

namespace AspireChat.Client.Api;

/// <summary>Converts what this client knows to what the API shows.</summary>
internal static class Shown
{
    /// <summary>Converts a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="self">This client's user.</param>
    public static Message Message(ChatMessage message, string self) => new(
        message.Id,
        message.From,
        Destination(message.Conversation, message.From, self),
        message.Text,
        message.SentAt,
        message.State,
        message.Reason,
        message.Missing);

    /// <summary>Converts messages that were just sent together.</summary>
    public static ItemList<SentMessage> Sent(IReadOnlyList<ChatMessage> messages) =>
        new([.. messages.Select(message => new SentMessage(message.Id, message.State))]);

    /// <summary>Converts a message that a search found, with its neighbours.</summary>
    /// <param name="found">The message.</param>
    /// <param name="self">This client's user.</param>
    public static SearchHit Hit(FoundMessage found, string self) => new(
        Message(found.Message, self),
        found.Before is null ? null : Message(found.Before, self),
        found.After is null ? null : Message(found.After, self));

    /// <summary>Converts an insult that reached this client.</summary>
    public static ReceivedInsult Insult(ChatMessage insult) => new(insult.Id, insult.From, insult.Text, insult.SentAt);

    /// <summary>The destination of a conversation's message: private messages from others went to this client's user.</summary>
    public static Destination Destination(Conversation conversation, string from, string self) => conversation.Kind switch
    {
        ConversationKind.Group => new(User: null, conversation.Name),
        ConversationKind.Insults => new(User: null, Group: null, Insults: true),
        _ => new(from == self ? conversation.Name : self, Group: null),
    };

    /// <summary>Converts an event to its data; <see cref="LiveEvent.Of"/> knows its name.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="self">This client's user.</param>
    public static object Event(ChatEvent happened, string self) => happened switch
    {
        MessageEvent e => Message(e.Message, self),
        StateEvent e => new StateChange(e.Id, e.From, Destination(e.Conversation, e.From, self), e.State, e.Reason),
        ChatOpenedEvent e => new ChatChange(e.User, e.State),
        PresenceEvent e => new PresenceChange(e.User, e.IsOnline),
        ConnectionEvent e => new ConnectionChange(e.Connection, e.State, e.Detail),
        GroupEvent e => new GroupChange(e.Group, e.What, e.Detail),
        InsultEvent e => Insult(e.Insult),
        FoundEvent e => new Finding(e.User, e.Group),
        RefusedEvent e => new RefusedBatch(e.Conversation.ToString(), e.Detail),
        _ => throw new NotSupportedException($"{happened.GetType().Name} has no name in the API."),
    };
}
