using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Names;

/// <summary>Turns successive listings of the name server into <see cref="PresenceEvent"/>s.</summary>
/// <param name="self">This client's name, for which no events are published.</param>
/// <param name="events">Where the events are published.</param>
/// <param name="arrivals">Told who came.</param>
internal sealed class OnlineUsers(string self, LiveEvents events, UserArrivals arrivals)
{
    private HashSet<string> _online = [];

    /// <summary>Publishes who came and who went since the previous listing; at the first one, everyone has come.</summary>
    /// <param name="listing">The users who are online now.</param>
    /// <param name="sayGone">False to keep missing users online until a later listing shows whether they are gone.</param>
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
            arrivals.Tell(user);
        }
    }
}
