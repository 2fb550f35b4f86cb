using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Discovery;
using AspireChat.Client.Groups;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Insults;
using AspireChat.Client.Names;
using AspireChat.Client.Peers;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Session;

/// <summary>
/// The chat as its user sees it: everything a front end may call or watch, without the implementation. All front ends of a
/// process share one session; it is safe for concurrent use. A refusal is a <see cref="ChatException"/> whose message is a
/// sentence for the user.
/// </summary>
internal sealed partial class ChatSession(
    LocalPeer self,
    PresenceDirectory names,
    OnlineUsers online,
    FirstRegistration registration,
    PeerChats chats,
    GroupRooms rooms,
    GroupMembership membership,
    PeerSurvey survey,
    InsultWorker insults,
    MessageStore store,
    ConnectionStates connections,
    LiveEvents events)
{
    /// <summary>This user's name.</summary>
    public string Name => self.Name;

    /// <summary>Describes this client's identity and its connections. Waits until the peer port listens.</summary>
    public async Task<Me> DescribeAsync(CancellationToken cancellationToken)
    {
        var address = PeerAddress.Text(await self.Address.WaitAsync(cancellationToken));
        var states = connections.Snapshot();
        var details = states.Where(state => state.Value.Detail is not null).ToDictionary(state => state.Key, state => state.Value.Detail!);
        return new Me(
            self.Name,
            address,
            self.Identity.Fingerprint,
            states.ToDictionary(state => state.Key, state => state.Value.State),
            details.Count > 0 ? details : null);
    }

    /// <summary>
    /// Watches all events from now on. Enumerate the result once; the enumeration throws a <see cref="ChatException"/> if it
    /// falls more than <see cref="LiveEvents.QueueLength"/> events behind.
    /// </summary>
    public LiveEvents.Watcher Watch(CancellationToken cancellationToken) => events.Watch(cancellationToken);

    // The span ends when the message is in the outbox; its context travels with the message.
    private async Task<ChatMessage> AppendAsync(Conversation to, string text, Guid? id = null, PeerLink? link = null)
    {
        using var span = ChatTelemetry.StartSend(to, rooms.SystemOf(to));

        // Published at the commit, so that no receipt is reported before the message itself.
        var appended = await LeavingAsync(link, leave => store.AppendOwnAsync(
            to, text, Activity.Current, committed: message => Tell(message, link), id, leave));

        // Null if another call with the same id was a moment earlier.
        var message = appended ?? FindRepeated(to, text, id)!;
        span?.SetTag(ChatTelemetry.MessageId, message.Id);
        return message;
    }

    // What is written to a user leaves during its own commit, until a commit fails.
    private static async Task<T> LeavingAsync<T>(PeerLink? link, Func<Action<OutboxMessage>?, Task<T>> append)
    {
        try
        {
            return await append(link is null ? null : link.Leave);
        }
        catch
        {
            link?.NotLeft();
            throw;
        }
    }

    private void Tell(ChatMessage appended, PeerLink? link)
    {
        events.Publish(new MessageEvent(appended));
        link?.Left();
    }

    // The message of an earlier call with this id, as that call returned it; null if there was none.
    private ChatMessage? FindRepeated(Conversation to, string? text, Guid? id)
    {
        CheckId(id);
        return id is { } given && store.FindOwn(given) is { } first ? AsSent(first, to, text) : null;
    }

    private static void CheckId(Guid? id)
    {
        if (id is { Version: not 7 })
        {
            throw new ChatException(ChatFault.InvalidArgument, "id is not a UUID of version 7 (RFC 9562); leave it out, or make a new one for each message.");
        }
    }

    // A stored message as the call that sent it returned it, if a call with its id means the same message.
    private static ChatMessage AsSent(ChatMessage first, Conversation to, string? text) =>
        first.Conversation == to && (text is null || first.Text == text)
            ? first with { State = MessageState.Sending, Reason = null }
            : throw OtherMessage();

    private static ChatException OtherMessage() =>
        new(ChatFault.Conflict, "You have sent another message with this id; make a new one for each message.");

    private static int CheckPage(int? limit) => limit is null or (>= 1 and <= PageLimits.Max)
        ? limit ?? PageLimits.Default
        : throw new ChatException(ChatFault.InvalidArgument, $"limit is {limit}; it must be from 1 to {PageLimits.Max:N0}.");
}
