using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// The groups of this user: those whose room it is in, and the durable ones it subscribes to. The name server counts the
    /// members; the number is null while it is away.
    /// </summary>
    public async Task<IReadOnlyList<GroupSummary>> ListGroupsAsync(CancellationToken cancellationToken)
    {
        var joined = rooms.Joined;
        var groups = new SortedDictionary<string, GroupMode>(StringComparer.Ordinal);
        foreach (var (name, mode) in store.ListSubscriptions().Concat(joined))
        {
            // A subscription that is not kept ends with the room, so one of an earlier process no longer counts.
            if (mode.IsKept || !mode.IsKnown || joined.ContainsKey(name))
            {
                groups[name] = mode;
            }
        }

        return await Task.WhenAll(groups.Select(group => DescribeAsync(group.Key, group.Value, cancellationToken)));
    }

    /// <summary>
    /// The members in a group's room according to the name server, this user too if it is there, in alphabetical order. A member
    /// who is not online has ended without leaving, and its lease ends soon.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.NotFound"/>: there is no such group. <see cref="ChatFault.Unavailable"/>: the name server is away.
    /// </exception>
    public async Task<IReadOnlyList<GroupMember>> ListMembersAsync(string group, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        await registration.SettleAsync(cancellationToken);
        var members = await membership.ListMembersAsync(name, cancellationToken)
            ?? throw new ChatException(ChatFault.NotFound, $"There is no group {name}.");
        var there = (await online.ListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return [.. members.Select(member => new GroupMember(member, there.Contains(member)))];
    }

    /// <summary>
    /// Enters a group's room, and creates the group if it has no subscriber. From its return on no message is missed; a
    /// durable group's messages from this user's absence arrive now.
    /// </summary>
    /// <param name="group">The group's name.</param>
    /// <param name="mode">The mode the group must have; null accepts any mode and makes a new group durable.</param>
    /// <param name="isFromBeginning">Whether a new member also reads what the group's log has from before.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidArgument"/>: this version does not know that mode. <see cref="ChatFault.Conflict"/>: the
    /// group exists with another mode, or with one that this version does not know, or has no log to read from its beginning. <see cref="ChatFault.Unavailable"/>: Redis or
    /// RabbitMQ is away.
    /// </exception>
    public async Task<GroupSummary> JoinGroupAsync(
        string group, GroupMode? mode, bool isFromBeginning, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (mode is { IsKnown: false })
        {
            throw new ChatException(
                ChatFault.InvalidArgument, $"There is no mode '{mode}' in this version; use one of: {string.Join(", ", GroupMode.All)}.");
        }

        using var act = ChatTelemetry.StartAct("join group");
        return await DescribeAsync(name, await rooms.JoinAsync(name, mode, isFromBeginning, cancellationToken), cancellationToken);
    }

    /// <summary>Leaves a group's room; a durable group's messages are kept for this user until the next join.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: this user is not in that room.</exception>
    public async Task LeaveGroupAsync(string group, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (!await rooms.LeaveAsync(name, cancellationToken))
        {
            throw new ChatException(ChatFault.NotFound, $"You are not in the group {name}.");
        }
    }

    /// <summary>Unsubscribes from a group, and deletes the messages that wait for this user.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no subscription.</exception>
    public async Task GiveUpGroupAsync(string group, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (!await rooms.GiveUpAsync(name, cancellationToken))
        {
            throw new ChatException(ChatFault.NotFound, $"You are not subscribed to the group {name}.");
        }
    }

    /// <summary>
    /// Sends a text to a group. Returns once it is in the outbox, on disk; a <see cref="StateEvent"/> reports the broker's
    /// confirm.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidText"/> or <see cref="ChatFault.TextTooLong"/>; <see cref="ChatFault.Conflict"/>: this
    /// user is not in that room.
    /// </exception>
    public async Task<ChatMessage> SendToGroupAsync(string group, string? text, Guid? id = null)
    {
        var name = ChatName.Parse(group);
        if (FindRepeated(Conversation.Of(name), text, id) is { } first)
        {
            return first;
        }

        if (MessageText.Check(text) is { } refusal)
        {
            throw refusal;
        }

        CheckJoined(name);
        var message = await AppendAsync(Conversation.Of(name), text!, id);
        rooms.Wake(name);
        return message;
    }

    /// <summary>A page of a group, oldest first, in the order in which this client stored it.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="limit">The most messages; 1 to <see cref="PageLimits.Max"/>, <see cref="PageLimits.Default"/> if null.</param>
    /// <param name="before">Only messages before the one with this id; the newest page if null.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: this user never joined the group, or it has no such
    /// message.</exception>
    public IReadOnlyList<ChatMessage> ReadGroup(string group, int? limit, Guid? before)
    {
        var name = ChatName.Parse(group);
        var size = CheckPage(limit);
        return store.ReadPage(Known(name), size, before);
    }

    /// <summary>Marks all messages of other members in a group so far as read.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: this user never joined the group.</exception>
    public Task MarkGroupReadAsync(string group) => store.MarkReadAsync(Known(ChatName.Parse(group)));

    private void CheckJoined(string group)
    {
        if (!rooms.Joined.ContainsKey(group))
        {
            throw new ChatException(ChatFault.Conflict, $"You are not in the group {group}; join it first.");
        }
    }

    private Conversation Known(string group)
    {
        var conversation = Conversation.Of(group);
        return store.Knows(conversation)
            ? conversation
            : throw new ChatException(ChatFault.NotFound, $"You have never been in the group {group}.");
    }

    private async Task<GroupSummary> DescribeAsync(string group, GroupMode mode, CancellationToken cancellationToken)
    {
        var members = await CountMembersAsync(group, cancellationToken);
        return new GroupSummary(group, mode, members, rooms.Joined.ContainsKey(group), store.CountUnread(Conversation.Of(group)), store.CountUnvouched(group));
    }

    private async Task<int?> CountMembersAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            return (await membership.DescribeAsync(group, cancellationToken))?.Members ?? 0;
        }
        catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
        {
            return null;
        }
    }
}
