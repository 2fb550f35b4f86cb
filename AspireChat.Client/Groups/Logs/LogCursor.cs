using AspireChat.Client.History;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Where one reader stands in one log. It steps from entry to entry; an entry that is handled again, since handling it failed, has the
/// same step as before. Not safe for concurrent use.
/// </summary>
internal sealed class LogCursor(string group, string generation, MessageStore store)
{
    private readonly Dictionary<string, LogStep> _steps = [];
    private string? _stands;

    /// <summary>The last entry that is stored; null at the beginning of the log, and while it is not settled where reading begins.</summary>
    public LogPosition? Position { get; private set; }

    /// <summary>Whether it is settled where reading begins.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Goes to where the store says: after a fault that may be behind what was stepped over.</summary>
    public void Load()
    {
        _steps.Clear();
        _stands = store.PositionIn(group, generation);
        IsSettled = _stands is not null;
        Position = LogPosition.Parse(_stands);
    }

    /// <summary>Whether the store knows now where reading begins, because an entry was stored.</summary>
    public bool IsSettledInStore => store.PositionIn(group, generation) is not null;

    /// <summary>The step over the next entry.</summary>
    public LogStep Next(string at, ReadOnlySpan<byte> body)
    {
        if (!_steps.TryGetValue(at, out var step))
        {
            step = To(LogPosition.Of(at, body).ToString());
            _steps[at] = step;
        }

        return step;
    }

    /// <summary>The step that settles where reading begins: behind an entry, or at the beginning.</summary>
    public LogStep Start(string position) => new(group, generation, null, position);

    private LogStep To(string position)
    {
        var step = new LogStep(group, generation, _stands, position);
        _stands = position;
        return step;
    }

    /// <summary>Forgets the steps over entries that are handled.</summary>
    public void Handled() => _steps.Clear();
}
