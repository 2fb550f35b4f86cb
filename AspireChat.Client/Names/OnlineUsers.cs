using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Telemetry;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>
/// Knows who is online, and publishes who comes and goes as <see cref="PresenceEvent"/>s. The name server tells the changes since
/// the version that is known here, so that a renewal costs the same however many users there are. All are listed only when the
/// changes do not fit: at first, after the name server has forgotten that version, and when another number of users is listed
/// there, since not every program that writes there tells its changes.
/// </summary>
public sealed partial class OnlineUsers(
    LocalPeer self,
    PresenceDirectory names,
    LiveEvents events,
    UserArrivals arrivals,
    IOptions<NameServerOptions> options,
    TimeProvider time,
    ILogger<OnlineUsers> logger)
{
    // Somebody who came and somebody who went untold at the same time would not be noticed by the number. So all are listed after
    // this many renewals, or a tenth as many as there are users: a constant number of names per renewal.
    private const int LeastRenewals = 12;
    private const int NamesPerRenewal = 10;

    private readonly Lock _gate = new();
    private readonly SortedSet<string> _listed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _foreign = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private string _version = "";
    private int _renewals;
    private long? _lostAt;
    private bool _hasWarned;

    /// <summary>The version since which changes can be asked for; empty if all users must be listed.</summary>
    internal string Version
    {
        get
        {
            lock (_gate)
            {
                return _version;
            }
        }
    }

    /// <summary>Asks who is online now, this user included, in alphabetical order.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the name server is away.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var from = Version;
            var listed = from.Length > 0
                ? Take(from, await names.ReadChangesAsync(from, cancellationToken))
                : TakeAll(await names.ListNamesAsync(cancellationToken));
            if (listed is not null)
            {
                return listed;
            }
        }
    }

    /// <summary>Takes what the name server answered to a renewal; lists all users if that does not fit, or now and then.</summary>
    /// <param name="from">The version of which the renewal told.</param>
    /// <param name="changes">The answer.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal async Task TakeAsync(string from, PresenceChanges changes, CancellationToken cancellationToken)
    {
        Take(from, changes);
        lock (_gate)
        {
            if (++_renewals >= Math.Max(LeastRenewals, _listed.Count / NamesPerRenewal))
            {
                _version = "";
            }
        }

        if (Version.Length == 0)
        {
            await ListAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Takes note that this client's registration was lost. The cause may have hit the other clients too: for a lease, those who are
    /// missing are not said to be gone.
    /// </summary>
    internal void NoteLoss()
    {
        lock (_gate)
        {
            _lostAt = time.GetTimestamp();
        }
    }

    // Null if another caller has taken other changes meanwhile, or if all users must be listed.
    private IReadOnlyList<string>? Take(string from, PresenceChanges changes)
    {
        lock (_gate)
        {
            if (_version != from)
            {
                return null;
            }

            foreach (var change in changes.Items)
            {
                Set(change.User, change.IsListed);
            }

            if (changes.Version is null || changes.Count != _listed.Count + _foreign.Count)
            {
                _version = "";
                return null;
            }

            _version = changes.Version;
            Tell(changes.Items);
            return [.. _listed];
        }
    }

    private IReadOnlyList<string>? TakeAll((string Version, IReadOnlyList<string> Names) all)
    {
        lock (_gate)
        {
            if (_version.Length > 0)
            {
                return null;
            }

            _listed.Clear();
            _foreign.Clear();
            foreach (var user in all.Names)
            {
                Set(user, isListed: true);
            }

            _version = all.Version;
            _renewals = 0;
            WarnIfNoChanges();
            Tell([]);
            return [.. _listed];
        }
    }

    // Anyone may have written there. What is no name is counted, as the name server counts it, and never shown.
    private void Set(string user, bool isListed)
    {
        var isName = ChatName.TryParse(user, out var name) && name == user;
        ISet<string> users = isName ? _listed : _foreign;
        if (!isListed)
        {
            users.Remove(user);
        }
        else if (users.Add(user) && !isName)
        {
            Log.SkippedForeignName(logger);
        }
    }

    private void Tell(IReadOnlyList<PresenceChange> changes)
    {
        var sayGone = _lostAt is not { } lostAt || time.GetElapsedTime(lostAt) > options.Value.Lease;
        foreach (var user in sayGone ? _shown.Except(_listed).Order(StringComparer.Ordinal).ToList() : [])
        {
            _shown.Remove(user);
            events.Publish(new PresenceEvent(user, IsOnline: false));
        }

        // Who has registered anew without being missed may be elsewhere now.
        var arrived = changes.Where(change => change.IsNew && _shown.Contains(change.User)).Select(change => change.User).ToHashSet();
        foreach (var user in _listed.Where(user => user != self.Name && _shown.Add(user)))
        {
            arrived.Add(user);
            events.Publish(new PresenceEvent(user, IsOnline: true));
        }

        ChatTelemetry.RecordOnline(_shown.Count);
        foreach (var user in arrived)
        {
            arrivals.Tell(user);
        }
    }
}
