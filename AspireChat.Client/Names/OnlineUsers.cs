using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Names;

/// <summary>Turns one listing of the name server after the other into <see cref="PresenceEvent"/>s.</summary>
/// <param name="self">The own name, of which nothing is said.</param>
/// <param name="events">Where they are published.</param>
internal sealed class OnlineUsers(string self, LiveEvents events)
{
    private HashSet<string> _online = [];

    /// <summary>Says who came and who went since the listing before; of the first one, everybody has come.</summary>
    /// <param name="listing">Who is online now.</param>
    /// <param name="sayGone">False to keep those who are missing until a later listing tells whether they are gone.</param>
    public void Update(IEnumerable<PeerRecord> listing, bool sayGone = true)
    {
        var before = _online;
        _online = [.. listing.Select(record => record.User).Where(user => user != self)];
        if (!sayGone)
        {
            _online.UnionWith(before);
        }

        ChatTelemetry.RecordOnline(_online.Count);
        foreach (var user in before.Except(_online).Order(StringComparer.Ordinal))
        {
            events.Publish(new PresenceEvent(user, IsOnline: false));
        }

        foreach (var user in _online.Except(before).Order(StringComparer.Ordinal))
        {
            events.Publish(new PresenceEvent(user, IsOnline: true));
        }
    }
}
