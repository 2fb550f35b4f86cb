using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Peers;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// Sends several texts to a user, in their order. All are in the outbox, on disk, when this returns; if one is refused, none is.
    /// </summary>
    /// <param name="user">The receiver.</param>
    /// <param name="messages">1 to <see cref="TextListBody.MaxMessages"/> texts, each perhaps with an id as of a single one.</param>
    /// <param name="cancellationToken">Ends the waiting for the name server.</param>
    /// <returns>The messages, in state <see cref="MessageState.Sending"/>.</returns>
    /// <exception cref="ChatException">As for a single text; what is said about one of them names it.</exception>
    public async Task<IReadOnlyList<ChatMessage>> SendAllToUserAsync(
        string user, IReadOnlyList<TextBody>? messages, CancellationToken cancellationToken)
    {
        var other = Other(user);
        var conversation = Conversation.With(other);
        if (CheckAll(conversation, messages) is { } before)
        {
            return before;
        }

        await chats.EnsureKnownAsync(other, cancellationToken);
        var link = chats.LinkTo(other);
        var sent = await AppendAllAsync(conversation, messages!, link);
        link.Wake();
        return sent;
    }

    /// <summary>Sends several texts to a group, in their order: all or none, as to a user.</summary>
    /// <inheritdoc cref="SendAllToUserAsync"/>
    public async Task<IReadOnlyList<ChatMessage>> SendAllToGroupAsync(string group, IReadOnlyList<TextBody>? messages)
    {
        var name = ChatName.Parse(group);
        var conversation = Conversation.Of(name);
        if (CheckAll(conversation, messages) is { } before)
        {
            return before;
        }

        CheckJoined(name);
        var sent = await AppendAllAsync(conversation, messages!);
        rooms.Wake(name);
        return sent;
    }

    // Checks all texts before any is stored. Returns the messages if all of them have been sent by an earlier call.
    private List<ChatMessage>? CheckAll(Conversation to, IReadOnlyList<TextBody>? messages)
    {
        if (messages is not { Count: >= 1 and <= TextListBody.MaxMessages })
        {
            throw new ChatException(
                ChatFault.InvalidArgument, $"messages has {messages?.Count ?? 0:N0} texts; it must have from 1 to {TextListBody.MaxMessages}.");
        }

        var stored = store.FindOwn(messages.Select(message => message?.Id).OfType<Guid>().ToHashSet());
        var seen = new Dictionary<Guid, string?>();
        var before = new List<ChatMessage>();
        for (var i = 0; i < messages.Count; i++)
        {
            try
            {
                var (text, id) = messages[i] ?? new TextBody(null);
                CheckId(id);
                if (id is { } given && !seen.TryAdd(given, text) && seen[given] != text)
                {
                    throw OtherMessage();
                }

                if (id is { } earlier && stored.TryGetValue(earlier, out var first))
                {
                    before.Add(AsSent(first, to, text));
                }
                else if (MessageText.Check(text) is { } refusal)
                {
                    throw refusal;
                }
            }
            catch (ChatException e)
            {
                throw new ChatException(e.Fault, $"messages[{i}]: {e.Message}", e);
            }
        }

        return before.Count == messages.Count ? before : null;
    }

    // Each message has a span of its own, as if it were sent alone.
    private async Task<IReadOnlyList<ChatMessage>> AppendAllAsync(Conversation to, IReadOnlyList<TextBody> messages, PeerLink? link = null)
    {
        var act = Activity.Current;
        var spans = new Activity?[messages.Count];
        try
        {
            var texts = new OwnText[messages.Count];
            for (var i = 0; i < texts.Length; i++)
            {
                spans[i] = ChatTelemetry.StartSend(to, rooms.SystemOf(to));
                texts[i] = new OwnText(messages[i].Text, messages[i].Id, Activity.Current?.Context ?? default);
                Activity.Current = act;
            }

            var sent = await LeavingAsync(link, leave => store.AppendOwnAsync(
                to, texts, committed: appended => Tell(appended, link), leave));

            // Null if another call was a moment earlier with one of the ids: checking again says which.
            sent ??= CheckAll(to, messages) ?? throw OtherMessage();
            for (var i = 0; i < spans.Length; i++)
            {
                spans[i]?.SetTag(ChatTelemetry.MessageId, sent[i].Id);
            }

            return [.. sent.Select(message => message with { State = MessageState.Sending, Reason = null })];
        }
        finally
        {
            foreach (var span in spans)
            {
                span?.Dispose();
            }
        }
    }
}
