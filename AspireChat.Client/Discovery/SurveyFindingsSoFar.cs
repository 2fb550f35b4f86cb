using AspireChat.Client.Chat;

namespace AspireChat.Client.Discovery;

/// <summary>What a survey has found so far, and whether anybody is still missing.</summary>
/// <param name="listed">Who was listed when it started, without the asker; empty if nobody knows.</param>
/// <param name="own">The groups in whose rooms the asker is: counted there, but not found by that alone.</param>
internal sealed class SurveyFindingsSoFar(IReadOnlySet<string> listed, IReadOnlySet<string> own)
{
    private readonly SortedDictionary<string, FoundUser> _users = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FoundGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>Whether everybody listed has answered; never, if nobody was listed.</summary>
    public bool IsComplete => listed.Count > 0 && listed.All(_users.ContainsKey);

    /// <summary>Takes an answer.</summary>
    /// <returns>The groups nobody had named before; null if this user had answered already.</returns>
    public IReadOnlyList<FoundGroup>? Add(OpenedAnswer answer)
    {
        if (!_users.TryAdd(answer.User.Name, answer.User))
        {
            return null;
        }

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

    /// <summary>The result, as it stands.</summary>
    public SurveyResult ToResult() => new(
        [.. _users.Values], [.. _groups.Values], IsComplete ? SurveyEnd.Complete : SurveyEnd.Timeout);
}
