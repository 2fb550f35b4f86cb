using AspireChat.Client.Chat;
using AspireChat.Client.Messaging;
using RabbitMQ.Client;

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
        using var turn = await TakeTurnAsync(group, cancellationToken);
        if (!store.ListSubscriptions().TryGetValue(group, out var mode))
        {
            return false;
        }

        await registration.SettleAsync(cancellationToken);
        var isTold = false;
        var room = _rooms.GetValueOrDefault(group);
        try
        {
            // With a channel at hand, since what the broker has deleted cannot be had back: the name server is told first.
            await broker.UseChannelAsync(
                async channel =>
                {
                    // Who subscribes later must not be shown the last words as new.
                    await (room?.DrainAsync() ?? Task.CompletedTask);

                    // From the question on: it may be done though the answer is lost.
                    isTold = true;
                    await membership.GiveUpAsync(group, self.Name, room is null ? [] : [room.Spoken.Now], cancellationToken);
                    await DeleteAsync(channel, group, room);
                },
                cancellationToken,
                patience: options.Value.JoinTimeout);
        }
        catch (Exception e) when (isTold || BrokerConnection.IsAway(e, cancellationToken))
        {
            if (isTold)
            {
                await ComeBackAsync(group, mode, wasInRoom: room is not null);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (e is ChatException)
            {
                throw;
            }

            throw new ChatException(ChatFault.Unavailable, BrokerRefusal.Of(e) is { } refusal
                ? BrokerFaults.Sentence(What(group), refusal.Text)
                : "RabbitMQ is away, so the subscription cannot be given up now; try again later.", e);
        }

        await store.UnsubscribeAsync(group);
        await FailUnsentAsync(group, "You gave up the group before this could be sent.");
        events.Publish(new GroupEvent(group, "given-up"));
        return true;
    }

    // Half of it would leave a member who hears nothing, so a caller who hangs up does not stop it any more.
    private async Task DeleteAsync(IChannel channel, string group, GroupRoom? room)
    {
        if (room is not null)
        {
            _rooms.TryRemove(group, out _);
            await room.LeaveAsync();
        }

        using var deadline = new CancellationTokenSource(options.Value.JoinTimeout, time);
        await topology.DeleteAsync(channel, group, deadline.Token);
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
            await RestoreQueueAsync(group, mode);
        }
    }

    // The broker may have deleted it though its answer is lost, and nobody consumes here who would declare it: what is said
    // until the next entry would be lost.
    private async Task RestoreQueueAsync(string group, GroupMode mode)
    {
        using var deadline = new CancellationTokenSource(LeaveTimeout, time);
        try
        {
            await broker.UseChannelAsync(
                channel => topology.DeclareAsync(channel, group, mode, deadline.Token), deadline.Token, patience: LeaveTimeout);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, CancellationToken.None))
        {
            Log.NotRestored(logger, group);
        }
    }
}
