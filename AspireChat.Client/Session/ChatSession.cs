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
/// The chat as its user sees it: everything a front end may ask for or watch, and nothing of how it is done. One per
/// process, shared by all front ends, safe for concurrent use. Refusals are <see cref="ChatException"/>s whose
/// message is a sentence for the user.
/// </summary>
internal sealed partial class ChatSession(
    LocalPeer self,
    PresenceDirectory names,
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
    /// <summary>The name of this user.</summary>
    public string Name => self.Name;

    /// <summary>The own identity and how it is connected. Waits until the peer server listens.</summary>
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

    /// <summary>Who is online according to the name server, oneself included, in alphabetical order.</summary>
    /// <exception cref="ChatException">The name server is away (<see cref="ChatFault.Unavailable"/>).</exception>
    public async Task<IReadOnlyList<OnlineUser>> ListUsersAsync(CancellationToken cancellationToken)
    {
        await registration.SettleAsync(cancellationToken);
        return [.. (await names.ListAsync(cancellationToken)).Select(
            peer => new OnlineUser(peer.User, PeerAddress.Text(peer.Address), peer.Since))];
    }

    /// <summary>
    /// Everything that happens from now on. Enumerate the result once; the enumeration ends with a
    /// <see cref="ChatException"/> if it falls more than <see cref="LiveEvents.QueueLength"/> events behind.
    /// </summary>
    public IAsyncEnumerable<ChatEvent> Watch(CancellationToken cancellationToken) => events.Watch(cancellationToken);

    // The span ends when the message is in the outbox; its context travels on.
    private async Task<ChatMessage> AppendAsync(Conversation to, string text)
    {
        using var span = ChatTelemetry.StartSend(to);

        // Told at the commit: a receipt must not be heard of before the message itself.
        var message = await store.AppendOwnAsync(
            to, text, Activity.Current, committed: appended => events.Publish(new MessageEvent(appended)));
        span?.SetTag(ChatTelemetry.MessageId, message.Id);
        return message;
    }

    private static int CheckPage(int? limit) => limit is null or (>= 1 and <= PageLimits.Max)
        ? limit ?? PageLimits.Default
        : throw new ChatException(ChatFault.InvalidArgument, $"limit is {limit}; allowed is 1 to {PageLimits.Max:N0}.");
}
