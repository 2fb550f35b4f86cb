using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>The private chats of this client, the most recent message first.</summary>
    public IReadOnlyList<ChatSummary> ListChats() => store.ListChats();

    /// <summary>
    /// Opens a chat on both sides and waits for the other side's answer, at most <see cref="ChatOptions.OpenTimeout"/>.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.NotFound"/>: no user has that name. <see cref="ChatFault.Declined"/>: the other user declined.
    /// <see cref="ChatFault.NoAnswer"/>: the other user is away, unreachable, or did not answer in time.
    /// <see cref="ChatFault.KeyMismatch"/>: the user has a key other than the known one.
    /// <see cref="ChatFault.Unavailable"/>: the name server is away and the user's address is not known.
    /// </exception>
    public async Task<ChatSummary> OpenChatAsync(string user, CancellationToken cancellationToken)
    {
        var other = Other(user);
        using var act = ChatTelemetry.StartAct("open chat");
        await chats.OpenAsync(other, cancellationToken);
        return store.FindChat(other)!;
    }

    /// <summary>Accepts a chat that another user asked for.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: the other user has not asked.</exception>
    public async Task<ChatSummary> AcceptChatAsync(string user)
    {
        var other = Other(user);
        await chats.AnswerAsync(other, accept: true);
        return store.FindChat(other)!;
    }

    /// <summary>Declines a chat that another user asked for.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: the other user has not asked.</exception>
    public async Task<ChatSummary> DeclineChatAsync(string user)
    {
        var other = Other(user);
        await chats.AnswerAsync(other, accept: false);
        return store.FindChat(other)!;
    }

    /// <summary>
    /// Accepts that a user has another key than before, after this user has compared its fingerprint with that person by
    /// other means.
    /// </summary>
    /// <param name="user">The user name.</param>
    /// <param name="fingerprint">The new key's fingerprint, 64 hex digits.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.InvalidArgument"/>: not a fingerprint.</exception>
    public Task TrustAsync(string user, string? fingerprint)
    {
        var other = Other(user);
        if (fingerprint is not { Length: 64 } || !fingerprint.All(char.IsAsciiHexDigit))
        {
            throw new ChatException(ChatFault.InvalidArgument, "A fingerprint is 64 hexadecimal digits, as GET /api/me shows it.");
        }

        return chats.TrustAsync(other, fingerprint.ToLowerInvariant());
    }

    /// <summary>
    /// Sends a text to a user. Returns once it is in the outbox, on disk; <see cref="StateEvent"/>s report the delivery. The
    /// first message to a user opens the chat.
    /// </summary>
    /// <param name="user">The receiver.</param>
    /// <param name="text">The text.</param>
    /// <param name="id">A UUIDv7 of the caller: a repeated call has the answer of the first one and sends nothing. Null: one is made.</param>
    /// <param name="cancellationToken">Ends the waiting for the name server.</param>
    /// <returns>The message, in state <see cref="MessageState.Sending"/>.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidText"/> or <see cref="ChatFault.TextTooLong"/>; <see cref="ChatFault.NotFound"/>: no user has that
    /// name. <see cref="ChatFault.InvalidArgument"/>: the id is not a UUIDv7. <see cref="ChatFault.Conflict"/>: the id belongs to
    /// another message of this user.
    /// </exception>
    public async Task<ChatMessage> SendToUserAsync(string user, string? text, Guid? id, CancellationToken cancellationToken)
    {
        var other = Other(user);
        if (FindRepeated(Conversation.With(other), text, id) is { } first)
        {
            return first;
        }

        if (MessageText.Check(text) is { } refusal)
        {
            throw refusal;
        }

        // The look-up of a first message is in the message's trace.
        using var act = chats.IsKnown(other) ? null : ChatTelemetry.StartAct("first message");
        await chats.EnsureKnownAsync(other, cancellationToken);

        var link = chats.LinkTo(other);
        var message = await AppendAsync(Conversation.With(other), text!, id, link);
        link.Wake();
        return message;
    }

    /// <summary>A page of a private chat, oldest first, in the order in which this client stored it.</summary>
    /// <param name="user">The other user.</param>
    /// <param name="limit">The most messages; 1 to <see cref="PageLimits.Max"/>, <see cref="PageLimits.Default"/> if null.</param>
    /// <param name="before">Only messages before the one with this id; the newest page if null.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no such chat, or no such message in it.</exception>
    public IReadOnlyList<ChatMessage> ReadChat(string user, int? limit, Guid? before)
    {
        var other = Other(user);
        var size = CheckPage(limit);
        if (store.FindChat(other) is null)
        {
            throw new ChatException(ChatFault.NotFound, $"There is no chat with {other}.");
        }

        return store.ReadPage(Conversation.With(other), size, before);
    }

    /// <summary>Marks all messages of the other user so far as read, and tells that user.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no such chat.</exception>
    public async Task MarkChatReadAsync(string user)
    {
        var other = Other(user);
        if (store.FindChat(other) is null)
        {
            throw new ChatException(ChatFault.NotFound, $"There is no chat with {other}.");
        }

        if (await store.MarkReadAsync(Conversation.With(other)))
        {
            chats.TellRead(other);
        }
    }

    private string Other(string user)
    {
        var other = ChatName.Parse(user);
        return other != self.Name
            ? other
            : throw new ChatException(ChatFault.InvalidArgument, "A chat needs two; that is your own name.");
    }
}
