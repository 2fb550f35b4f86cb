using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// The warnings about users who show another key than the known one: the last one of each user, until it is dismissed or the
/// key is trusted. A warning with the same key is not shown again then. Safe for concurrent use.
/// </summary>
internal sealed class KeyWarnings
{
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly ToldOnce _told = new();
    private IReadOnlyList<KeyWarning> _shown = [];

    /// <summary>Those shown now, the oldest first.</summary>
    public IReadOnlyList<KeyWarning> Shown
    {
        get
        {
            lock (_gate)
            {
                return _shown;
            }
        }
    }

    /// <summary>Adds a warning.</summary>
    /// <param name="user">The user.</param>
    /// <param name="sentence">The warning.</param>
    /// <param name="keys">The fingerprints, if they were told.</param>
    public void Add(string user, string sentence, KeyChange? keys)
    {
        lock (_gate)
        {
            if (_told.TryTell(sentence))
            {
                var warning = new KeyWarning(user, sentence, keys?.Known, keys?.Shown);
                _shown = [.. _shown.Where(other => other.User != user).TakeLast(Most - 1), warning];
            }
        }
    }

    /// <summary>Removes the warning about a user, if there is one.</summary>
    public void Dismiss(string user)
    {
        lock (_gate)
        {
            _shown = [.. _shown.Where(warning => warning.User != user)];
        }
    }
}
