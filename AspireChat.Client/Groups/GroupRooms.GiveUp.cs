using AspireChat.Client.Chat;

namespace AspireChat.Client.Groups;

internal sealed partial class GroupRooms
{
    /// <summary>
    /// Unsubscribes, and deletes the messages that wait for this member: all or nothing. If this fails, the member stays
    /// subscribed, and in the room if it was there.
    /// </summary>
    /// <returns>False if there was no subscription.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Unavailable"/>: Redis or RabbitMQ is away; try again later. <see cref="ChatFault.Conflict"/>: a newer
    /// version subscribed, in a mode that this one does not know.
    /// </exception>
    public async Task<bool> GiveUpAsync(string group, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(group, cancellationToken);
        if (!store.ListSubscriptions().TryGetValue(group, out var mode))
        {
            return false;
        }

        if (!_transports.TryGetValue(mode, out var transport))
        {
            throw new ChatException(
                ChatFault.Conflict, $"The group {group} is '{mode}', which this version does not know; unsubscribe with the version that joined it.");
        }

        await registration.SettleAsync(cancellationToken);
        var isTold = false;
        var room = _rooms.GetValueOrDefault(group);
        try
        {
            // A deletion cannot be undone, so the name server is told first, and only while the transport is reachable.
            await transport.ForgetAsync(group, TellAsync, options.Value.JoinTimeout, cancellationToken);
        }
        catch (Exception) when (isTold)
        {
            await ComeBackAsync(group, mode, wasInRoom: room is not null);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        await store.UnsubscribeAsync(group);
        await FailUnsentAsync(group, "You unsubscribed from the group before this was confirmed; others may have it.");
        events.Publish(new GroupEvent(group, "given-up"));
        return true;

        async Task<bool> TellAsync()
        {
            // A later subscriber must not be shown the last messages as new.
            await (room?.DrainAsync() ?? Task.CompletedTask);

            // Set before the call, which may succeed although the answer is lost.
            isTold = true;
            var isGone = await membership.GiveUpAsync(group, self.Name, room is null ? [] : [room.Spoken.Now], cancellationToken);
            if (room is not null)
            {
                _rooms.TryRemove(group, out _);
                await room.LeaveAsync();
            }

            return isGone;
        }
    }

    // The loops declare and consume as soon as the broker is back, so no caller waits for that.
    private async Task ComeBackAsync(string group, GroupMode mode, bool wasInRoom)
    {
        if (wasInRoom && !_rooms.ContainsKey(group))
        {
            var room = NewRoom(group, mode);
            _ = Enter(group, room);
            _rooms[group] = room;
        }

        try
        {
            await AskAsync(group, mode, wasInRoom ? Entry.Renew : Entry.Again, CancellationToken.None);
            if (!wasInRoom)
            {
                await membership.LeaveAsync(group, self.Name, [], CancellationToken.None);
            }
        }
        catch (ChatException)
        {
            // The next renewal or the next join tells the name server.
        }

        if (!wasInRoom)
        {
            await KeepAsync(group, mode);
        }
    }

    // The queue may be deleted although the answer is lost, and no line is open here that would declare it again.
    private async Task KeepAsync(string group, GroupMode mode)
    {
        try
        {
            await _transports[mode].KeepAsync(group, LeaveTimeout);
        }
        catch (ChatException)
        {
            Log.NotRestored(logger, group);
        }
    }
}
