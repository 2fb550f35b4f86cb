using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// The groups of this user: those it is in, and the durable ones whose subscription it holds. Members are
    /// counted by the name server; null while it is away.
    /// </summary>
    public async Task<IReadOnlyList<GroupSummary>> ListGroupsAsync(CancellationToken cancellationToken)
    {
        var joined = rooms.Joined;
        var groups = new SortedDictionary<string, GroupMode>(StringComparer.Ordinal);
        foreach (var (name, mode) in store.ListSubscriptions().Concat(joined))
        {
            // A subscription that is not kept ends with the room: one of an earlier process is not this user's any more.
            if (mode.IsKept || joined.ContainsKey(name))
            {
                groups[name] = mode;
            }
        }

        return await Task.WhenAll(groups.Select(group => DescribeAsync(group.Key, group.Value, cancellationToken)));
    }

    /// <summary>
    /// Enters a group's room, and creates the group if nobody holds a subscription. Returns once nothing that is said
    /// there is missed; what was said in a durable group while this user was away arrives now.
    /// </summary>
    /// <param name="group">The group's name.</param>
    /// <param name="mode">The mode it must have; null takes what is there, and durable for a new one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidArgument"/>: this version does not know that mode. <see cref="ChatFault.Conflict"/>: the
    /// group exists with another mode, or with one that this version does not know. <see cref="ChatFault.Unavailable"/>: Redis or
    /// RabbitMQ is away.
    /// </exception>
    public async Task<GroupSummary> JoinGroupAsync(string group, GroupMode? mode, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (mode is { IsKnown: false })
        {
            throw new ChatException(
                ChatFault.InvalidArgument, $"There is no mode '{mode}' in this version; it is one of: {string.Join(", ", GroupMode.All)}.");
        }

        using var act = ChatTelemetry.StartAct("join group");
        return await DescribeAsync(name, await rooms.JoinAsync(name, mode, cancellationToken), cancellationToken);
    }

    /// <summary>Leaves a group's room; a durable group's messages are kept for this user until the next entry.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: not in that room.</exception>
    public async Task LeaveGroupAsync(string group, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (!await rooms.LeaveAsync(name, cancellationToken))
        {
            throw new ChatException(ChatFault.NotFound, $"You are not in the group {name}.");
        }
    }

    /// <summary>Gives up a subscription, with everything that still waits for this user.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no subscription.</exception>
    public async Task GiveUpGroupAsync(string group, CancellationToken cancellationToken)
    {
        var name = ChatName.Parse(group);
        if (!await rooms.GiveUpAsync(name, cancellationToken))
        {
            throw new ChatException(ChatFault.NotFound, $"You hold no subscription to the group {name}.");
        }
    }

    /// <summary>
    /// Says something in a group. Returns once it is in the outbox, on disk; the broker's confirm is told by a
    /// <see cref="StateEvent"/>.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidText"/> or <see cref="ChatFault.TextTooLong"/>; <see cref="ChatFault.Conflict"/>: not in
    /// that room.
    /// </exception>
    public async Task<ChatMessage> SendToGroupAsync(string group, string? text)
    {
        var name = ChatName.Parse(group);
        if (MessageText.Check(text) is { } refusal)
        {
            throw refusal;
        }

        if (!rooms.Joined.ContainsKey(name))
        {
            throw new ChatException(ChatFault.Conflict, $"You are not in the group {name}; join it first.");
        }

        var message = await AppendAsync(Conversation.Of(name), text!);
        rooms.Wake(name);
        return message;
    }

    /// <summary>A page of a group, oldest first, in the order in which this client stored it.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="limit">How many at most; 1 to <see cref="PageLimits.Max"/>, <see cref="PageLimits.Default"/> if null.</param>
    /// <param name="before">Only messages before this one; the newest page if null.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: never joined, or no such message in it.</exception>
    public IReadOnlyList<ChatMessage> ReadGroup(string group, int? limit, Guid? before)
    {
        var name = ChatName.Parse(group);
        var size = CheckPage(limit);
        return store.ReadPage(Known(name), size, before);
    }

    /// <summary>Marks everything that others have said in a group so far as read.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: never joined.</exception>
    public Task MarkGroupReadAsync(string group) => store.MarkReadAsync(Known(ChatName.Parse(group)));

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
        return new GroupSummary(group, mode, members, rooms.Joined.ContainsKey(group), store.CountUnread(Conversation.Of(group)));
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
