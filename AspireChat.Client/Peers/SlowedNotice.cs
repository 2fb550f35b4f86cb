using AspireChat.Client.Chat;

namespace AspireChat.Client.Peers;

/// <summary>Tells this user, at most once a minute, that a chat's messages are slowed and why.</summary>
internal sealed class SlowedNotice(string user, LiveEvents events, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private long? _saidAt;

    /// <summary>Publishes the notice unless one was published within the last minute.</summary>
    /// <param name="sentence">What happens, and what it means for the messages.</param>
    /// <returns>Whether it was published.</returns>
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
