using AspireChat.Client.Chat;

namespace AspireChat.Client.Peers;

/// <summary>Tells this user that messages of a chat go slowly, and why; once a minute at most.</summary>
internal sealed class SlowedNotice(string user, LiveEvents events, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private long? _saidAt;

    /// <summary>Says it, if it was not said just now.</summary>
    /// <param name="sentence">What happens, and what becomes of the messages.</param>
    /// <returns>Whether it was said.</returns>
    public bool Say(string sentence)
    {
        if (_saidAt is { } before && time.GetElapsedTime(before) < Every)
        {
            return false;
        }

        _saidAt = time.GetTimestamp();
        events.Publish(new ConnectionEvent($"peer:{user}", "slowed", sentence));
        return true;
    }
}
