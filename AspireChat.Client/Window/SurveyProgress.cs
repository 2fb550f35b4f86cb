using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>The survey that a window asked for: what it has found so far. Safe for concurrent use.</summary>
internal sealed class SurveyProgress(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, FoundUser> _users = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FoundGroup> _groups = new(StringComparer.Ordinal);
    private Survey? _ended;
    private long _startedAt;
    private bool _isRunning;

    /// <summary>The running survey, or the last one if it has ended with a result; null otherwise.</summary>
    public Survey? Now
    {
        get
        {
            lock (_gate)
            {
                return _isRunning ? new Survey([.. _users.Values], [.. _groups.Values], SecondsLeft, Ended: null) : _ended;
            }
        }
    }

    private double SecondsLeft => Math.Max(0, SurveyResult.DefaultSeconds - time.GetElapsedTime(_startedAt).TotalSeconds);

    /// <summary>Begins a survey, unless one is running.</summary>
    /// <returns>False if one is running.</returns>
    public bool TryStart()
    {
        lock (_gate)
        {
            if (_isRunning)
            {
                return false;
            }

            _isRunning = true;
            _startedAt = time.GetTimestamp();
            _users.Clear();
            _groups.Clear();
            return true;
        }
    }

    /// <summary>Adds an answer; one that comes without a running survey is another front end's.</summary>
    /// <returns>Whether it was added.</returns>
    public bool Add(FoundEvent found)
    {
        lock (_gate)
        {
            if (_isRunning && found.User is { } user)
            {
                _users[user.Name] = user;
            }

            if (_isRunning && found.Group is { } group)
            {
                _groups[group.Name] = group;
            }

            return _isRunning;
        }
    }

    /// <summary>Ends the survey with its result; if that is null, it could not be made, and an earlier result must not look like its own.</summary>
    public void End(SurveyResult? result)
    {
        lock (_gate)
        {
            _isRunning = false;
            _ended = result is null ? null : new Survey(result.Users, result.Groups, SecondsLeft: 0, result.Ended);
        }
    }
}
