using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Groups;

/// <summary>The groups that this client is in: joins them, leaves them, and renews this client's lease in each.</summary>
internal sealed partial class GroupRooms(
    FirstRegistration registration,
    GroupMembership membership,
    IEnumerable<IGroupTransport> transports,
    BatchReceiver receiver,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    IOptions<GroupOptions> options,
    TimeProvider time,
    ILogger<GroupRooms> logger) : BackgroundService
{
    private const string NotPresent = "You left the group before this was confirmed; others may have it.";

    // A call holds up Redis for some microseconds a room.
    private const int RoomsPerCall = 100;

    private static readonly Dictionary<string, long> NoFloors = [];

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, GroupRoom> _rooms = new(StringComparer.Ordinal);
    private readonly GroupTurns _turns = new();
    private readonly Dictionary<GroupMode, IGroupTransport> _transports = transports.ToDictionary(transport => transport.Mode);

    /// <summary>The groups whose rooms this client is in, and their modes.</summary>
    public IReadOnlyDictionary<string, GroupMode> Joined => _rooms.ToDictionary(room => room.Key, room => room.Value.Mode);

    /// <summary>The messaging system that carries what is sent to a conversation, as telemetry names it.</summary>
    public string SystemOf(Conversation to) => to.Kind == ConversationKind.Group && _rooms.TryGetValue(to.Name, out var room)
        ? ChatTelemetry.SystemOf(room.Mode)
        : ChatTelemetry.RabbitMq;

    /// <summary>Leaves a room; the subscription is kept if the mode keeps messages.</summary>
    /// <returns>False if this client was not in it.</returns>
    public async Task<bool> LeaveAsync(string group, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(group, cancellationToken);
        if (!_rooms.TryRemove(group, out var room))
        {
            return false;
        }

        await room.LeaveAsync();
        if (!room.Mode.IsKept)
        {
            await store.UnsubscribeAsync(group);
            await FailUnsentAsync(group, NotPresent);
        }

        events.Publish(new GroupEvent(group, "left"));
        await membership.LeaveAsync(group, self.Name, [room.Spoken.Now], cancellationToken);
        return true;
    }

    /// <summary>Reports that the outbox has a message for a group.</summary>
    public void Wake(string group)
    {
        if (_rooms.TryGetValue(group, out var room))
        {
            room.Wake();
        }
    }

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var mode in GroupMode.All.Where(mode => !mode.IsKept))
        {
            await store.DropHeldOfAsync(mode);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>Leaves all rooms, within three seconds even if a server is away.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_rooms.Keys.Select(async group =>
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(LeaveTimeout);
            try
            {
                await LeaveAsync(group, deadline.Token);
            }
            catch (Exception e) when (e is ChatException or OperationCanceledException)
            {
                // The lease expires by itself.
                Log.NotLeft(logger, group);
            }
        }));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Task.WhenAll(_rooms.Keys.Chunk(RoomsPerCall).Select(groups => RenewAsync(groups, stoppingToken)));
            }
        }
        catch (OperationCanceledException)
        {
            // The client stops.
        }
    }

    // One call renews where nothing has happened since the last one; every other room enters again.
    private async Task RenewAsync(IReadOnlyList<string> groups, CancellationToken stopping)
    {
        IReadOnlySet<string> renewed;
        var turns = new List<IDisposable>();
        try
        {
            var rooms = new List<HeldRoom>();
            foreach (var group in groups)
            {
                if (_turns.TryTake(group) is { } turn)
                {
                    turns.Add(turn);
                    if (_rooms.TryGetValue(group, out var room) && !room.OwesWhatOthersSaid)
                    {
                        rooms.Add(new HeldRoom(group, room.Mode, room.Generations.Entered, room.Spoken.Now));
                    }
                }
            }

            renewed = await membership.RenewAsync(self.Name, rooms, stopping);
        }
        catch (ChatException)
        {
            // Redis is away: the state of its connection shows it, and the next tick retries.
            return;
        }
        finally
        {
            turns.ForEach(turn => turn.Dispose());
        }

        await Task.WhenAll(groups.Where(group => !renewed.Contains(group)).Select(group => RenewAsync(group, stopping)));
    }

    // Joining again renews the lease; if Redis lost the group, this restores it.
    private async Task RenewAsync(string group, CancellationToken stopping)
    {
        // The holder of the turn may wait for a server, and the other groups' leases must not expire meanwhile.
        using var turn = _turns.TryTake(group);
        if (turn is null || !_rooms.TryGetValue(group, out var room))
        {
            return;
        }

        try
        {
            await RenewAsync(group, room, room.Mode, stopping);
        }
        catch (ChatException e) when (e.Fault == ChatFault.Conflict)
        {
            events.Publish(new GroupEvent(group, "refused", e.Message));
        }
        catch (ChatException)
        {
            // Redis is away: the state of its connection shows it, and the next tick retries.
        }
    }

    private async Task<GroupMode> RenewAsync(string group, GroupRoom room, GroupMode? mode, CancellationToken cancellationToken)
    {
        // A lost answer may have been the one that reported the loss.
        var isOwing = room.OwesWhatOthersSaid;
        room.OwesWhatOthersSaid = true;
        var joined = await membership.JoinAsync(
            group, self.Name, mode, Entry.Renew, room.Generations.Entered, [room.Spoken.Now], cancellationToken);
        await room.Generations.EnterAsync(joined.Generations);
        if (isOwing || !joined.WasSubscribed)
        {
            // Redis has lost the subscription and with it all senders' last seqs, whichever member opened the group again.
            await membership.RecordAsync(group, SaidByOthers(group), cancellationToken);
        }

        room.OwesWhatOthersSaid = false;
        return joined.Mode;
    }

    // Redis may have lost the senders' last seqs; each receiver knows those that it has received.
    private IEnumerable<Said> SaidByOthers(string group) =>
        store.ListLastSeqs(Conversation.Of(group)).Select(known => new Said(known.Key, known.Value));

    // Another group may have this name by the next join.
    private async Task FailUnsentAsync(string group, string reason)
    {
        var conversation = Conversation.Of(group);
        foreach (var unsent in await store.MarkUnsentFailedAsync(conversation, reason))
        {
            events.Publish(new StateEvent(unsent.Id, self.Name, conversation, MessageState.Failed, reason));
        }
    }

    private GroupRoom NewRoom(string group, GroupMode mode)
    {
        var generations = new RoomGenerations(group, store.ListGenerations(group), membership, store, options);
        return new GroupRoom(
            mode,
            generations,
            new SpokenSeq(group, membership, self.Identity.Fingerprint, store, time),
            new GroupInbox(group, mode, generations, receiver, store, events, () => _rooms.Keys, options.Value, time, logger));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Could not tell the name server that this user left {Group}; the lease will expire", EventName = "NotLeft")]
        public static partial void NotLeft(ILogger logger, string group);

        [LoggerMessage(2, LogLevel.Warning, "Could not unsubscribe from {Group}, and the server does not say whether its queue still exists; the next join declares it", EventName = "QueueNotRestored")]
        public static partial void NotRestored(ILogger logger, string group);

        [LoggerMessage(3, LogLevel.Warning, "A subscription to {Group} that failed could not be removed here; unsubscribing does", EventName = "NotForgotten")]
        public static partial void NotForgotten(ILogger logger, string group, Exception exception);
    }
}
