namespace AspireChat.Client.Discovery;

/// <summary>What a survey has found so far, and whether an answer is still missing.</summary>
/// <param name="listed">The users listed at its start, without the asker; empty if unknown.</param>
/// <param name="own">The groups in whose rooms the asker is: it counts as a member there, but this alone does not find a group.</param>
internal sealed class SurveyFindingsSoFar(IReadOnlySet<string> listed, IReadOnlySet<string> own)
{
    private readonly HashSet<string> _missing = new(listed, StringComparer.Ordinal);
    private readonly SortedDictionary<string, FoundUser> _users = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FoundGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>Whether all listed users have answered; false if none was listed.</summary>
    public bool IsComplete => listed.Count > 0 && _missing.Count == 0;

    /// <summary>Adds an answer.</summary>
    /// <returns>The groups that no earlier answer named; null if this user has already answered.</returns>
    public IReadOnlyList<FoundGroup>? Add(OpenedAnswer answer)
    {
        if (!_users.TryAdd(answer.User.Name, answer.User))
        {
            return null;
        }

        _missing.Remove(answer.User.Name);
        var fresh = new List<FoundGroup>();
        foreach (var (name, mode) in answer.Groups.DistinctBy(group => group.Name))
        {
            if (_groups.TryGetValue(name, out var known))
            {
                _groups[name] = known with { Members = known.Members + 1 };
            }
            else
            {
                fresh.Add(_groups[name] = new FoundGroup(name, mode, Members: own.Contains(name) ? 2 : 1));
            }
        }

        return fresh;
    }

    /// <summary>Returns the result so far.</summary>
    public SurveyResult ToResult() => new(
        [.. _users.Values], [.. _groups.Values], IsComplete ? SurveyEnd.Complete : SurveyEnd.Timeout);
}
