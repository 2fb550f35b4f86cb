using AspireChat.Client.History;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Where one reader stands in one log. It steps from entry to entry; an entry that is handled again, since handling it failed, has the
/// same step as before. Not safe for concurrent use.
/// </summary>
internal sealed class LogCursor(string group, string generation, MessageStore store, LogNotices notices)
{
    private readonly Dictionary<string, LogStep> _steps = [];
    private string? _stands;

    /// <summary>The last entry that is stored; null at the beginning of the log, and while it is not settled where reading begins.</summary>
    public LogPosition? Position { get; private set; }

    /// <summary>Whether it is settled where reading begins.</summary>
    public bool IsSettled => store.PositionIn(group, generation) is not null;

    /// <summary>Goes to where the store says: after a fault that may be behind what was stepped over.</summary>
    public void Load()
    {
        _steps.Clear();
        _stands = store.PositionIn(group, generation);
        Position = LogPosition.Parse(_stands);
    }

    /// <summary>The step over the next entry.</summary>
    public LogStep Next(string at, ReadOnlySpan<byte> body)
    {
        if (!_steps.TryGetValue(at, out var step))
        {
            step = new LogStep(group, generation, _stands, LogPosition.Of(at, body).ToString());
            _stands = step.To;
            _steps[at] = step;
        }

        return step;
    }

    /// <summary>Forgets the step over an entry that is handled.</summary>
    public void Handled(string at) => _steps.Remove(at);

    /// <summary>Settles where reading begins: behind an entry, or at the beginning. Does nothing if an entry was stored meanwhile.</summary>
    public Task SettleAsync(LogPosition? behind) =>
        store.StepAsync(new LogStep(group, generation, From: null, behind?.ToString() ?? MessageStore.Beginning));

    /// <summary>
    /// Goes back to the beginning of a log that does not have the entry at which this member stands, and says so. <see cref="Load"/> goes
    /// there, too.
    /// </summary>
    public async Task RestartAsync()
    {
        await store.RestartLogAsync(group, generation);
        notices.ReadsFromBeginning(group);
    }
}
