using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Groups;

/// <summary>The groups that this client is in: joining, leaving, and keeping the own lease in each.</summary>
internal sealed partial class GroupRooms(
    FirstRegistration registration,
    GroupMembership membership,
    FanoutTopology topology,
    BrokerConnection broker,
    BatchReceiver receiver,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    IOptions<GroupOptions> options,
    IOptions<BrokerOptions> brokerOptions,
    TimeProvider time,
    ILogger<GroupRooms> logger) : BackgroundService
{
    private const string NotPresent = "You left the group before this could be sent.";

    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, GroupRoom> _rooms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>The rooms this client is in, and what each group promises.</summary>
    public IReadOnlyDictionary<string, GroupMode> Joined => _rooms.ToDictionary(room => room.Key, room => room.Value.Mode);

    /// <summary>Enters a room. Returns once the own queue is consumed: from then on nothing is missed.</summary>
    /// <param name="group">The group; created if nobody holds a subscription.</param>
    /// <param name="mode">The mode it must have; null takes what is there, and durable for a new one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What the group promises.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Conflict"/>: it exists with another mode. <see cref="ChatFault.Unavailable"/>: Redis or
    /// RabbitMQ is away; the subscription is then as before.
    /// </exception>
    public async Task<GroupMode> JoinAsync(string group, GroupMode? mode, CancellationToken cancellationToken)
    {
        // Members who do not know this user refuse what it says until the name is claimed.
        await registration.WaitAsync(cancellationToken);
        using var turn = await TakeTurnAsync(group, cancellationToken);
        if (_rooms.TryGetValue(group, out var present))
        {
            return await RenewAsync(group, present, mode, cancellationToken);
        }

        // What a transient group said to an earlier process is over: its subscription went with that process.
        var isKept = store.ListSubscriptions().TryGetValue(group, out var kept) && kept == GroupMode.Durable;
        var joined = await AskAsync(group, mode, isKept ? Entry.Again : Entry.New, cancellationToken);
        if (isKept && joined.Mode != GroupMode.Durable)
        {
            isKept = false;
            joined = await AskAsync(group, joined.Mode, Entry.New, cancellationToken);
        }

        GroupRoom? room = null;
        try
        {
            // Before the first delivery: it may be one that is not for this member.
            await (isKept
                ? store.LearnGenerationsAsync(group, joined.Generations)
                : store.SubscribeAsync(group, joined.Mode, joined.Generations, joined.Floors));
            room = NewRoom(group, joined.Mode);
            if (joined.Mode == GroupMode.Transient)
            {
                // Left over by a process that crashed; those who were present then may be others now.
                await FailUnsentAsync(group, NotPresent);
            }

            // More than this store knows, if it was lost, or restored from a copy.
            await store.CountOnFromAsync(Conversation.Of(group), joined.Floors.GetValueOrDefault(self.Identity.Fingerprint));

            await Enter(group, room).WaitAsync(options.Value.JoinTimeout, time, cancellationToken);
            await store.MakeKnownAsync(Conversation.Of(group));
        }
        catch (Exception e)
        {
            var refused = broker.Faults.Find(What(group));
            await (room?.LeaveAsync() ?? Task.CompletedTask);
            await UndoAsync(group, joined, isKept);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is not TimeoutException)
            {
                throw;
            }

            throw new ChatException(ChatFault.Unavailable, refused ?? (broker.IsOpen
                ? $"RabbitMQ did not let {group} be joined: it is too busy, or holds the group or your queue with another mode or other limits."
                : "RabbitMQ is away, so the group cannot be joined now; try again later."), e);
        }

        _rooms[group] = room;
        events.Publish(new GroupEvent(group, "joined"));
        return joined.Mode;
    }

    /// <summary>Leaves a room; the subscription to a durable group is kept.</summary>
    /// <returns>False if this client was not in it.</returns>
    public async Task<bool> LeaveAsync(string group, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(group, cancellationToken);
        if (!_rooms.TryRemove(group, out var room))
        {
            return false;
        }

        await room.LeaveAsync();
        if (room.Mode == GroupMode.Transient)
        {
            await store.UnsubscribeAsync(group);
            await FailUnsentAsync(group, NotPresent);
        }

        events.Publish(new GroupEvent(group, "left"));
        await membership.LeaveAsync(group, self.Name, [room.Spoken.Now], cancellationToken);
        return true;
    }

    /// <summary>There is something for a group in the outbox.</summary>
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
        await store.DropHeldOfTransientGroupsAsync();
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
                // The lease runs out by itself.
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
                await Task.WhenAll(_rooms.Keys.Select(group => RenewAsync(group, stoppingToken)));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    // Joining again is renewing; if Redis lost the group, it is there again afterwards.
    private async Task RenewAsync(string group, CancellationToken stopping)
    {
        // Whoever has the turn may wait for a server, and the other groups' leases must not end meanwhile.
        using var turn = TryTakeTurn(group);
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
            // Redis is away: said by the state of its connection, and tried again at the next tick.
        }
    }

    private async Task<GroupMode> RenewAsync(string group, GroupRoom room, GroupMode? mode, CancellationToken cancellationToken)
    {
        // An answer that is lost may have been the one that said it.
        var isOwing = room.OwesWhatOthersSaid;
        room.OwesWhatOthersSaid = true;
        var joined = await membership.JoinAsync(
            group, self.Name, mode, Entry.Renew, room.Generations.Entered, [room.Spoken.Now], cancellationToken);
        await room.Generations.EnterAsync(joined.Generations);
        if (isOwing || !joined.WasSubscribed)
        {
            // Redis has lost the subscription, and with it how far everybody has spoken, whoever opened the group again.
            await membership.RecordAsync(group, SaidByOthers(group), cancellationToken);
        }

        room.OwesWhatOthersSaid = false;
        return joined.Mode;
    }

    // Enters at the name server. A group that is lost there gets the generation that its members knew, so that they all
    // mean the same one again.
    private async Task<JoinResult> AskAsync(string group, GroupMode? mode, Entry entry, CancellationToken cancellationToken)
    {
        var known = entry == Entry.New ? null : store.ListGenerations(group).FirstOrDefault(Generation.IsValid);
        var said = new Said(self.Identity.Fingerprint, store.LastConfirmed(Conversation.Of(group)));
        var others = entry == Entry.New ? [] : SaidByOthers(group);
        return await membership.JoinAsync(
            group, self.Name, mode, entry, known ?? Generation.New(), [said, .. others], cancellationToken);
    }

    // Redis may have lost how far everybody has spoken; whoever hears them knows it.
    private IEnumerable<Said> SaidByOthers(string group) =>
        store.ListLastSeqs(Conversation.Of(group)).Select(known => new Said(known.Key, known.Value));

    // Another group may have this name by the time of the next entry.
    private async Task FailUnsentAsync(string group, string reason)
    {
        var conversation = Conversation.Of(group);
        foreach (var unsent in await store.MarkUnsentFailedAsync(conversation, reason))
        {
            events.Publish(new StateEvent(unsent.Id, self.Name, conversation, MessageState.Failed, reason));
        }
    }

    private async Task UndoAsync(string group, JoinResult joined, bool isKept)
    {
        try
        {
            // Redis may have lost a subscription that is kept here, and messages may wait in its queue.
            if (isKept)
            {
                await membership.LeaveAsync(group, self.Name, [], CancellationToken.None);
                return;
            }

            await store.UnsubscribeAsync(group);
            if (joined.WasSubscribed)
            {
                await membership.LeaveAsync(group, self.Name, [], CancellationToken.None);
            }
            else
            {
                await membership.GiveUpAsync(group, self.Name, [], CancellationToken.None);
                await ForgetQueueAsync(group, joined.Mode);
            }
        }
        catch (ChatException)
        {
            Log.NotLeft(logger, group);
        }
    }

    // It may have been declared before the time was over; without a subscription it would fill until it expires.
    private async Task ForgetQueueAsync(string group, GroupMode mode)
    {
        if (mode != GroupMode.Durable || !broker.IsOpen)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(LeaveTimeout, time);
        try
        {
            await broker.UseChannelAsync(
                channel => topology.DeleteAsync(channel, group, deadline.Token), deadline.Token, patience: LeaveTimeout);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, CancellationToken.None))
        {
            Log.NotLeft(logger, group);
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

    // Starts its loops; the task is complete once the own queue is consumed.
    private Task Enter(string group, GroupRoom room)
    {
        var consumer = new BrokerConsumer(
            broker,
            What(group),
            (channel, stopping) => topology.DeclareAsync(channel, group, room.Mode, stopping),
            room.Inbox.HandleAsync,
            (ushort)brokerOptions.Value.Prefetch,
            outlivesConnection: room.Mode == GroupMode.Durable,
            brokerOptions.Value,
            time,
            logger);
        room.Enter(consumer, Outbox(group, room));
        return consumer.Consuming;
    }

    private BrokerOutbox Outbox(string group, GroupRoom room) => new(
        Conversation.Of(group),
        new OutboxRoute(
            FanoutTopology.Exchange(group),
            RoutingKey: "",
            IsPersistent: room.Mode == GroupMode.Durable,
            room.Mode == GroupMode.Durable ? MessageState.Confirmed : MessageState.Sent,
            (channel, stopping) => topology.DeclareAsync(channel, group, room.Mode, stopping),
            Generation: () => room.Generations.Current,
            OnConfirmed: _ => room.Spoken.Confirmed()),
        broker,
        store,
        self,
        events,
        brokerOptions.Value,
        time,
        logger);

    private static string What(string group) => BrokerFaults.NameOf(Conversation.Of(group));

    // Joining and leaving one group take turns, so that the last one decides.
    private async Task<IDisposable> TakeTurnAsync(string group, CancellationToken cancellationToken)
    {
        var turn = TurnOf(group);
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    // Null if somebody has it.
    private Turn? TryTakeTurn(string group)
    {
        var turn = TurnOf(group);
        return turn.Wait(0) ? new Turn(turn) : null;
    }

    private SemaphoreSlim TurnOf(string group) => _turns.GetOrAdd(group, _ => new SemaphoreSlim(1));

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Could not tell the name server that {Group} was left; the lease runs out", EventName = "NotLeft")]
        public static partial void NotLeft(ILogger logger, string group);

        [LoggerMessage(2, LogLevel.Warning, "{Group} could not be given up, and RabbitMQ does not say whether the queue is still there; the next entry declares it", EventName = "QueueNotRestored")]
        public static partial void NotRestored(ILogger logger, string group);
    }
}
