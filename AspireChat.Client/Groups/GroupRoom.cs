namespace AspireChat.Client.Groups;

/// <summary>One group whose room this client is in, with its open line.</summary>
internal sealed class GroupRoom(
    GroupMode mode,
    RoomGenerations generations,
    SpokenSeq spoken,
    GroupInbox inbox) : IDisposable
{
    // The time for the last messages to be sent; messages that miss it wait in the outbox for the next join.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _leaving = new();
    private GroupLine? _line;
    private Task _running = Task.CompletedTask;

    /// <summary>The group's mode.</summary>
    public GroupMode Mode { get; } = mode;

    /// <summary>The generations of the group for which a batch may be signed.</summary>
    public RoomGenerations Generations { get; } = generations;

    /// <summary>Reports this user's last confirmed seq.</summary>
    public SpokenSeq Spoken { get; } = spoken;

    /// <summary>
    /// Whether the name server may have lost the other senders' last seqs and has not been told them since. Used only by the
    /// holder of the turn.
    /// </summary>
    public bool OwesWhatOthersSaid { get; set; }

    /// <summary>Receives the other members' messages.</summary>
    public GroupInbox Inbox { get; } = inbox;

    /// <summary>Why the server refuses the line, as a sentence; null if it does not.</summary>
    public string? WhyNot => _line?.WhyNot?.Invoke();

    /// <summary>Opens the line; the result completes once messages are received.</summary>
    public Task Enter(GroupLine line)
    {
        _line = line;

        // The loops outlive the call that started them, so they must not inherit that call's trace.
        using var flow = ExecutionContext.SuppressFlow();
        _running = Task.WhenAll(
            line.Loops.Append(Inbox.RunAsync).Append(Spoken.RunAsync).Select(loop => Task.Run(() => loop(_leaving.Token))));
        return line.Open;
    }

    /// <summary>Reports that the outbox has a message.</summary>
    public void Wake() => _line?.Wake();

    /// <summary>Gives the last messages a second to be sent.</summary>
    public Task DrainAsync() => _line?.DrainAsync(LastWords) ?? Task.CompletedTask;

    /// <summary>Closes the line; unconfirmed messages stay in the outbox.</summary>
    public async Task LeaveAsync()
    {
        await DrainAsync();
        await _leaving.CancelAsync();

        // The wait is limited: a broker that hangs must not block leaving; the loops end once it responds.
        await _running.WaitAsync(LastWords + LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _leaving.Dispose();
}
