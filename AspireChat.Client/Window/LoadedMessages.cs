using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// The part of a conversation that a window has loaded: at most <see cref="Most"/> messages in a row. Not safe for concurrent
/// use.
/// </summary>
internal sealed class LoadedMessages
{
    /// <summary>The most messages that are loaded; those at the far end give way.</summary>
    public const int Most = 300;

    private readonly List<ChatMessage> _messages = [];

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<ChatMessage> All => _messages;

    /// <summary>The oldest one; null if there is none.</summary>
    public ChatMessage? First => _messages.Count > 0 ? _messages[0] : null;

    /// <summary>The newest one; null if there is none.</summary>
    public ChatMessage? Last => _messages.Count > 0 ? _messages[^1] : null;

    /// <summary>Whether there are older ones.</summary>
    public bool HasEarlier { get; private set; }

    /// <summary>Whether there are newer ones.</summary>
    public bool HasLater { get; private set; }

    /// <summary>Replaces everything.</summary>
    /// <param name="messages">The messages, oldest first.</param>
    /// <param name="hasEarlier">Whether there are older ones.</param>
    /// <param name="hasLater">Whether there are newer ones.</param>
    public void Reset(IReadOnlyList<ChatMessage> messages, bool hasEarlier, bool hasLater)
    {
        _messages.Clear();
        _messages.AddRange(messages);
        (HasEarlier, HasLater) = (hasEarlier, hasLater);
    }

    /// <summary>Adds older messages; the newest loaded ones give way.</summary>
    /// <param name="earlier">The messages right before the first one.</param>
    /// <param name="hasEarlier">Whether there are still older ones.</param>
    public void Prepend(IReadOnlyList<ChatMessage> earlier, bool hasEarlier)
    {
        _messages.InsertRange(0, earlier);
        HasEarlier = hasEarlier;
        if (_messages.Count > Most)
        {
            _messages.RemoveRange(Most, _messages.Count - Most);
            HasLater = true;
        }
    }

    /// <summary>Adds newer messages; the oldest loaded ones give way.</summary>
    /// <param name="later">The messages right after the last one.</param>
    /// <param name="hasLater">Whether there are still newer ones.</param>
    public void Append(IReadOnlyList<ChatMessage> later, bool hasLater)
    {
        _messages.AddRange(later);
        HasLater = hasLater;
        if (_messages.Count > Most)
        {
            _messages.RemoveRange(0, _messages.Count - Most);
            HasEarlier = true;
        }
    }

    /// <summary>Changes the state of a message, unless it is known to have got further.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Change(StateEvent change)
    {
        // State changes concern the last messages, mostly.
        var index = _messages.FindLastIndex(message => message.Id == change.Id && message.From == change.From);
        if (index < 0)
        {
            return false;
        }

        // The message may have been read from the disk after this change, and later ones.
        var before = _messages[index];
        if (before.State == change.State ? before.Reason == change.Reason : !MessageStates.After(before.State).Contains(change.State))
        {
            return false;
        }

        _messages[index] = before with { State = change.State, Reason = change.Reason };
        return true;
    }
}
