namespace AspireChat.Client.Window;

/// <summary>The sentences that a window shows for a while; safe for concurrent use.</summary>
internal sealed class ToastList
{
    /// <summary>How many are shown at a time; a newer one takes the place of the oldest.</summary>
    public const int Most = 5;

    private readonly Lock _gate = new();
    private IReadOnlyList<Toast> _shown = [];
    private int _last;

    /// <summary>Those shown now, the oldest first.</summary>
    public IReadOnlyList<Toast> Shown
    {
        get
        {
            lock (_gate)
            {
                return _shown;
            }
        }
    }

    /// <summary>Adds a sentence; one that is shown already counts as new, and is not shown twice.</summary>
    /// <returns>Its number.</returns>
    public int Add(string sentence, bool isError)
    {
        lock (_gate)
        {
            _shown = [.. _shown.Where(toast => toast.Sentence != sentence).TakeLast(Most - 1), new Toast(++_last, sentence, isError)];
            return _last;
        }
    }

    /// <summary>Removes a sentence; one that is gone already is fine.</summary>
    public void Dismiss(int id)
    {
        lock (_gate)
        {
            _shown = [.. _shown.Where(toast => toast.Id != id)];
        }
    }
}
