namespace AspireChat.Client.Chat;

/// <summary>The state of a connection.</summary>
/// <param name="State">One word.</param>
/// <param name="Detail">A sentence for the user, if there is more to say.</param>
public readonly record struct ConnectionState(string State, string? Detail);

/// <summary>
/// The states of this client's connections, by name (<c>redis</c>, <c>rabbitmq</c>): the one place where capabilities report
/// them and front ends read them. Every change is also a <see cref="ConnectionEvent"/>.
/// </summary>
public sealed class ConnectionStates(LiveEvents events)
{
    /// <summary>State: not yet connected since the start.</summary>
    public const string Connecting = "connecting";

    /// <summary>State: connected and working.</summary>
    public const string Connected = "connected";

    /// <summary>State: was connected, is away, and is being tried again.</summary>
    public const string Reconnecting = "reconnecting";

    private readonly Lock _change = new();
    private readonly SortedDictionary<string, ConnectionState> _states = new(StringComparer.Ordinal);

    /// <summary>The current states, by connection name in alphabetical order; each equals the connection's last event.</summary>
    public IReadOnlyDictionary<string, ConnectionState> Snapshot()
    {
        lock (_change)
        {
            return new SortedDictionary<string, ConnectionState>(_states, StringComparer.Ordinal);
        }
    }

    /// <summary>Sets a state; publishes an event if its word or its sentence has changed.</summary>
    /// <param name="connection">The connection's name.</param>
    /// <param name="state">One word.</param>
    /// <param name="detail">A sentence for the user, if there is more to say.</param>
    public void Set(string connection, string state, string? detail = null)
    {
        var now = new ConnectionState(state, detail);
        lock (_change)
        {
            if (_states.TryGetValue(connection, out var before) && before == now)
            {
                return;
            }

            // Published before the next state can be set, so that the last event matches the current state.
            _states[connection] = now;
            events.Publish(new ConnectionEvent(connection, state, detail));
        }
    }
}
