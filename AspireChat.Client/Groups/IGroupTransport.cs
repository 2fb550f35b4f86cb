namespace AspireChat.Client.Groups;

/// <summary>
/// How the messages of one mode's groups travel. Rooms, membership, turns and the undoing of half an entry know only this; a
/// further mode is one more of these, and its line in <see cref="GroupMode.All"/>.
/// </summary>
internal interface IGroupTransport
{
    /// <summary>The mode whose groups it carries.</summary>
    GroupMode Mode { get; }

    /// <summary>Makes this member's line to a group. Nothing is declared, read or written before it runs.</summary>
    /// <param name="group">The group.</param>
    /// <param name="room">Where the line brings what others say, and how far it has come before.</param>
    GroupLine Open(string group, GroupRoom room);

    /// <summary>Why a member's line does not get through now, as a sentence.</summary>
    string WhyNot(string group);

    /// <summary>Makes what is kept for a member who is away, if it is not there: without it the next words would be lost.</summary>
    /// <param name="group">The group.</param>
    /// <param name="patience">How long to try.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: it cannot be reached, or refuses.</exception>
    Task KeepAsync(string group, TimeSpan patience);

    /// <summary>
    /// Deletes what is kept for this member of a group, with what waits in it, and what the group has there if nobody else
    /// uses it.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="before">Runs as soon as the transport is reached, before anything is deleted: what is deleted cannot be had back.</param>
    /// <param name="patience">How long to wait until it is reached, and again for the deleting.</param>
    /// <param name="cancellationToken">Ends the waiting; once <paramref name="before"/> runs, nothing does.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: it cannot be reached, or refuses.</exception>
    Task ForgetAsync(string group, Func<Task> before, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>A member's line to a group: what carries the words of others here, and those of this user there.</summary>
/// <param name="Open">Complete once others are heard: from then on nothing is missed.</param>
/// <param name="Wake">There is something in the outbox.</param>
/// <param name="DrainAsync">Waits until everything has left, but not longer than given.</param>
/// <param name="Loops">What runs until it is cancelled.</param>
internal sealed record GroupLine(
    Task Open, Action Wake, Func<TimeSpan, Task> DrainAsync, IReadOnlyList<Func<CancellationToken, Task>> Loops);
