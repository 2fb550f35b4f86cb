using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// The warnings about users who show another key than the known one: the last one of each user, until the key is trusted. One
/// that was dismissed is not shown again by itself. Safe for concurrent use.
/// </summary>
internal sealed class KeyWarnings
{
    // An impostor may come under many names.
    private const int Most = 32;

    private readonly Lock _gate = new();
    private IReadOnlyList<Known> _all = [];

    /// <summary>Those that are shown now, the oldest first.</summary>
    public IReadOnlyList<KeyWarning> Shown
    {
        get
        {
            lock (_gate)
            {
                return [.. _all.Where(known => known.IsShown).Select(known => known.Warning)];
            }
        }
    }

    /// <summary>The warning about a user, shown or dismissed; null if there is none.</summary>
    public KeyWarning? Find(string user)
    {
        lock (_gate)
        {
            return _all.FirstOrDefault(known => known.Warning.User == user)?.Warning;
        }
    }

    /// <summary>Adds a warning, in place of an earlier one about the same user; one that was told before changes nothing.</summary>
    /// <param name="user">The user.</param>
    /// <param name="sentence">The warning.</param>
    /// <param name="keys">The fingerprints, if they were told.</param>
    public void Add(string user, string sentence, KeyChange? keys)
    {
        lock (_gate)
        {
            IReadOnlyList<string> told = _all.FirstOrDefault(known => known.Warning.User == user)?.Told ?? [];
            if (!told.Contains(sentence))
            {
                var warning = new KeyWarning(user, sentence, keys?.Known, keys?.Shown);
                _all =
                [
                    .. _all.Where(known => known.Warning.User != user).TakeLast(Most - 1),
                    new Known(warning, IsShown: true, [.. told.TakeLast(Most - 1), sentence]),
                ];
            }
        }
    }

    /// <summary>Shows the warning about a user, or dismisses it.</summary>
    public void Show(string user, bool isShown)
    {
        lock (_gate)
        {
            _all = [.. _all.Select(known => known.Warning.User == user ? known with { IsShown = isShown } : known)];
        }
    }

    /// <summary>Removes the warning about a user, if there is one.</summary>
    public void Remove(string user)
    {
        lock (_gate)
        {
            _all = [.. _all.Where(known => known.Warning.User != user)];
        }
    }

    // Two impostors may take turns.
    private sealed record Known(KeyWarning Warning, bool IsShown, IReadOnlyList<string> Told);
}
