namespace AspireChat.Client.Groups;

/// <summary>One group that this client is in: its line is open.</summary>
internal sealed class GroupRoom(
    GroupMode mode,
    RoomGenerations generations,
    SpokenSeq spoken,
    GroupInbox inbox) : IDisposable
{
    // What was just said should still leave; what cannot leave in this time waits in the outbox for the next entry.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _leaving = new();
    private GroupLine? _line;
    private Task _running = Task.CompletedTask;

    /// <summary>What the group promises.</summary>
    public GroupMode Mode { get; } = mode;

    /// <summary>For which creations of the group a batch may be signed.</summary>
    public RoomGenerations Generations { get; } = generations;

    /// <summary>How far this user has spoken.</summary>
    public SpokenSeq Spoken { get; } = spoken;

    /// <summary>
    /// Whether the name server may have lost how far others have spoken, and was not told since. Only whoever has the turn
    /// looks at it.
    /// </summary>
    public bool OwesWhatOthersSaid { get; set; }

    /// <summary>What others say.</summary>
    public GroupInbox Inbox { get; } = inbox;

    /// <summary>Opens the line; the result is complete once others are heard.</summary>
    public Task Enter(GroupLine line)
    {
        _line = line;

        // The loops outlive the call that started them, so they must not inherit that call's trace.
        using var flow = ExecutionContext.SuppressFlow();
        _running = Task.WhenAll(
            line.Loops.Append(Inbox.RunAsync).Append(Spoken.RunAsync).Select(loop => Task.Run(() => loop(_leaving.Token))));
        return line.Open;
    }

    /// <summary>There is something in the outbox.</summary>
    public void Wake() => _line?.Wake();

    /// <summary>Gives what was just said a second to leave.</summary>
    public Task DrainAsync() => _line?.DrainAsync(LastWords) ?? Task.CompletedTask;

    /// <summary>Closes the line; what is not confirmed stays in the outbox.</summary>
    public async Task LeaveAsync()
    {
        await DrainAsync();
        await _leaving.CancelAsync();

        // Bounded: a broker that hangs must not hold up the leaving; the loops end when it does.
        await _running.WaitAsync(LastWords + LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _leaving.Dispose();
}
