using AspireChat.Client.Chat;

namespace AspireChat.Client.Groups;

internal sealed partial class GroupRooms
{
    /// <summary>
    /// Gives a subscription up, with everything that waits for it: all or nothing. Refused, it leaves the member where it
    /// was, in the room if it was there.
    /// </summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: Redis or RabbitMQ is away; try again later.</exception>
    public async Task<bool> GiveUpAsync(string group, CancellationToken cancellationToken)
    {
        using var turn = await _turns.TakeAsync(group, cancellationToken);
        if (!store.ListSubscriptions().TryGetValue(group, out var mode))
        {
            return false;
        }

        await registration.SettleAsync(cancellationToken);
        var isTold = false;
        var room = _rooms.GetValueOrDefault(group);
        try
        {
            // What is deleted cannot be had back, so the name server is told first, and that only with the transport at hand.
            await _transports[mode].ForgetAsync(group, TellAsync, options.Value.JoinTimeout, cancellationToken);
        }
        catch (Exception) when (isTold)
        {
            await ComeBackAsync(group, mode, wasInRoom: room is not null);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }

        await store.UnsubscribeAsync(group);
        await FailUnsentAsync(group, "You gave up the group before this could be sent.");
        events.Publish(new GroupEvent(group, "given-up"));
        return true;

        async Task TellAsync()
        {
            // Who subscribes later must not be shown the last words as new.
            await (room?.DrainAsync() ?? Task.CompletedTask);

            // From the question on: it may be done though the answer is lost.
            isTold = true;
            await membership.GiveUpAsync(group, self.Name, room is null ? [] : [room.Spoken.Now], cancellationToken);
            if (room is not null)
            {
                _rooms.TryRemove(group, out _);
                await room.LeaveAsync();
            }
        }
    }

    // The loops declare and consume as soon as the broker is back; nobody has to wait for that.
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
            // The next renewal or the next entry says it.
        }

        if (!wasInRoom)
        {
            await KeepAsync(group, mode);
        }
    }

    // It may be deleted though the answer is lost, and no line is open here that would make it again.
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
