namespace AspireChat.Client.Groups;

/// <summary>
/// Carries the messages of the groups of one mode. All other code for groups depends only on this interface; another mode
/// needs one more implementation and an entry in <see cref="GroupMode.All"/>.
/// </summary>
internal interface IGroupTransport
{
    /// <summary>The mode of the groups it carries.</summary>
    GroupMode Mode { get; }

    /// <summary>Makes this member's line to a group. The line declares, reads and writes nothing before it runs.</summary>
    /// <param name="group">The group.</param>
    /// <param name="room">Receives the messages, and knows this user's last seq.</param>
    GroupLine Open(string group, GroupRoom room);

    /// <summary>Explains in a sentence why this member's line cannot connect now.</summary>
    string WhyNot(string group);

    /// <summary>Restores what is kept for a member who is away if it is missing: without it, further messages would be lost.</summary>
    /// <param name="group">The group.</param>
    /// <param name="patience">How long to try.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the transport is unreachable or refuses.</exception>
    Task KeepAsync(string group, TimeSpan patience);

    /// <summary>
    /// Deletes what is kept for this member of a group, with the messages waiting there, and what the group itself has there
    /// if no other member uses it.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="before">
    /// Runs once the transport is reached, before anything is deleted: a deletion cannot be undone. Returns whether the group is gone,
    /// because no other member subscribes.
    /// </param>
    /// <param name="patience">How long to wait to reach the transport, and again for the deletion.</param>
    /// <param name="cancellationToken">Ends the waiting for the transport, and not the deletion.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the transport is unreachable or refuses.</exception>
    Task ForgetAsync(string group, Func<Task<bool>> before, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>A member's line to a group: it receives the other members' messages and sends this user's.</summary>
/// <param name="Open">Completes once messages are received: from then on none is missed.</param>
/// <param name="Wake">Reports that the outbox has a message.</param>
/// <param name="DrainAsync">Waits until everything is sent, but no longer than the given time.</param>
/// <param name="Loops">The loops to run until they are cancelled.</param>
/// <param name="WhyNot">Why the server refuses this line, as a sentence; null if it does not.</param>
internal sealed record GroupLine(
    Task Open,
    Action Wake,
    Func<TimeSpan, Task> DrainAsync,
    IReadOnlyList<Func<CancellationToken, Task>> Loops,
    Func<string?>? WhyNot = null);
