using AspireChat.Client.Chat;

namespace AspireChat.Client.Groups;

internal sealed partial class GroupRooms
{
    /// <summary>Enters a room. Returns once this member receives what is sent there: from then on no message is missed.</summary>
    /// <param name="group">The group; it is created if it has no subscriber.</param>
    /// <param name="mode">
    /// The mode the group must have; null accepts any mode, and makes a new group durable, or one to which this user subscribes and that
    /// Redis has lost what it was.
    /// </param>
    /// <param name="isFromBeginning">
    /// Whether a new subscription begins with what the group's log has from before; one that exists goes on where it stands.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The group's mode.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Conflict"/>: the group exists with another mode, or has no log to read from its beginning. <see cref="ChatFault.Unavailable"/>: Redis or
    /// RabbitMQ is away; the subscription is unchanged.
    /// </exception>
    public async Task<GroupMode> JoinAsync(
        string group, GroupMode? mode, bool isFromBeginning, CancellationToken cancellationToken)
    {
        // Members who do not know this user refuse its messages until the name is claimed.
        await registration.WaitAsync(cancellationToken);
        using var turn = await _turns.TakeAsync(group, cancellationToken);
        if (_rooms.TryGetValue(group, out var present))
        {
            CheckLog(group, present.Mode, isFromBeginning);
            return await RenewAsync(group, present, mode, cancellationToken);
        }

        // A subscription that is not kept ended with the process that held it.
        var isKept = store.ListSubscriptions().TryGetValue(group, out var kept) && kept.IsKept && (mode ?? kept) == kept;
        JoinResult joined;
        try
        {
            // A group that Redis has lost gets back the mode in which its members subscribe.
            joined = await AskAsync(group, isKept ? kept : mode, isKept ? Entry.Again : Entry.New, cancellationToken);
        }
        catch (ChatException e) when (isKept && mode is null && e.Fault == ChatFault.Conflict)
        {
            // Another group has this name now.
            isKept = false;
            joined = await AskAsync(group, mode, Entry.New, cancellationToken);
        }

        GroupRoom? room = null;
        var isReplaced = false;
        try
        {
            CheckLog(group, joined.Mode, isFromBeginning);

            // Done before the first delivery, which may not be meant for this member.
            await (isKept
                ? store.LearnGenerationsAsync(group, joined.Generations)
                : store.SubscribeAsync(
                    group,
                    joined.Mode,
                    joined.Generations,
                    isFromBeginning ? NoFloors : joined.Floors,
                    isFromBeginning: isFromBeginning || joined.IsNew));
            isReplaced = !isKept;
            room = NewRoom(group, joined.Mode);
            if (!joined.Mode.IsKept)
            {
                // These messages are left from a process that crashed; other members may be present now.
                await FailUnsentAsync(group, NotPresent);
            }

            // The name server knows a higher seq if this store was lost or restored from a copy.
            await store.CountOnFromAsync(Conversation.Of(group), joined.Floors.GetValueOrDefault(self.Identity.Fingerprint));

            await Enter(group, room).WaitAsync(options.Value.JoinTimeout, time, cancellationToken);
            await store.MakeKnownAsync(Conversation.Of(group));
        }
        catch (Exception e)
        {
            // Asked before the line closes, because its reasons go with it.
            var reason = room?.WhyNot ?? _transports[joined.Mode].WhyNot(group);
            await (room?.LeaveAsync() ?? Task.CompletedTask);
            await UndoAsync(group, joined, isKept, isReplaced);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is not TimeoutException)
            {
                throw;
            }

            throw new ChatException(ChatFault.Unavailable, reason, e);
        }

        _rooms[group] = room;
        events.Publish(new GroupEvent(group, "joined"));
        return joined.Mode;
    }

    private static void CheckLog(string group, GroupMode mode, bool isFromBeginning)
    {
        if (isFromBeginning && !mode.HasLog)
        {
            throw new ChatException(
                ChatFault.Conflict,
                $"The group {group} is {mode} and keeps nothing for new members; only these can be read from the beginning: "
                + $"{string.Join(", ", GroupMode.All.Where(known => known.HasLog))}.");
        }
    }

    // Enters at the name server. A group that is lost there gets back the generation that its members knew, so that they all
    // use the same one.
    private async Task<JoinResult> AskAsync(string group, GroupMode? mode, Entry entry, CancellationToken cancellationToken)
    {
        var known = entry == Entry.New ? null : store.ListGenerations(group).FirstOrDefault(Generation.IsValid);
        var said = new Said(self.Identity.Fingerprint, store.LastConfirmed(Conversation.Of(group)));
        var others = entry == Entry.New ? [] : SaidByOthers(group);
        return await membership.JoinAsync(
            group, self.Name, mode, entry, known ?? Generation.New(), [said, .. others], cancellationToken);
    }

    private async Task UndoAsync(string group, JoinResult joined, bool isKept, bool isReplaced)
    {
        try
        {
            // Stay subscribed: Redis may have lost a subscription that is kept here, and messages may wait in its queue.
            if (isKept)
            {
                await membership.LeaveAsync(group, self.Name, [], CancellationToken.None);
                return;
            }

            if (joined.WasSubscribed)
            {
                await membership.LeaveAsync(group, self.Name, [], CancellationToken.None);
            }
            else
            {
                var isGone = await membership.GiveUpAsync(group, self.Name, [], CancellationToken.None);

                // The queue may have been declared before the timeout; without a subscription it would fill until it expires.
                await _transports[joined.Mode].ForgetAsync(
                    group, before: () => Task.FromResult(isGone), patience: LeaveTimeout, CancellationToken.None);
            }
        }
        catch (ChatException)
        {
            Log.NotLeft(logger, group);
        }

        try
        {
            // Last, because it forgets which logs there are.
            if (isReplaced)
            {
                await store.UnsubscribeAsync(group);
            }
        }
        catch (Exception e)
        {
            // The caller must learn why the join failed, not this.
            Log.NotForgotten(logger, group, e);
        }
    }

    // Starts the room's loops; the task completes once messages are received.
    private Task Enter(string group, GroupRoom room) => room.Enter(_transports[room.Mode].Open(group, room));
}
