using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>Who is online and which servers are there, as a window last heard; safe for concurrent use.</summary>
/// <param name="self">This user's name.</param>
internal sealed class Surroundings(string self)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ConnectionState> _connections = new(StringComparer.Ordinal);
    private SortedSet<string>? _online;

    /// <summary>The states by connection.</summary>
    public IReadOnlyDictionary<string, ConnectionState> Connections
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, ConnectionState>(_connections, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Whether anything was heard of who is online.</summary>
    public bool IsKnown
    {
        get
        {
            lock (_gate)
            {
                return _online is not null;
            }
        }
    }

    /// <summary>The other users who are online, in alphabetical order.</summary>
    public IReadOnlyList<string> Online
    {
        get
        {
            lock (_gate)
            {
                return _online is null ? [] : [.. _online];
            }
        }
    }

    /// <summary>Whether a user is online; null before anything was heard.</summary>
    public bool? IsOnline(string user)
    {
        lock (_gate)
        {
            return _online?.Contains(user);
        }
    }

    /// <summary>Replaces the users who are online; this one is left out.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool SetOnline(IEnumerable<string> users)
    {
        var online = new SortedSet<string>(users.Where(user => user != self), StringComparer.Ordinal);
        lock (_gate)
        {
            var isOther = _online is null || !_online.SequenceEqual(online);
            _online = online;
            return isOther;
        }
    }

    /// <summary>Takes note that a user came or went.</summary>
    public void SetOnline(string user, bool isOnline)
    {
        lock (_gate)
        {
            _online ??= new(StringComparer.Ordinal);
            if (!isOnline)
            {
                _online.Remove(user);
            }
            else if (user != self)
            {
                _online.Add(user);
            }
        }
    }

    /// <summary>Takes note of a connection's state.</summary>
    public void SetConnection(string connection, ConnectionState state)
    {
        lock (_gate)
        {
            _connections[connection] = state;
        }
    }
}
