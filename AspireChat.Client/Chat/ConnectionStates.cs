namespace AspireChat.Client.Chat;

/// <summary>How a connection stands.</summary>
/// <param name="State">One word.</param>
/// <param name="Detail">A sentence for the user, if there is more to say.</param>
public readonly record struct ConnectionState(string State, string? Detail);

/// <summary>
/// How this client is connected, by connection name (<c>redis</c>, <c>rabbitmq</c>): the one place where
/// capabilities say so and front ends look. Every change is also a <see cref="ConnectionEvent"/>.
/// </summary>
public sealed class ConnectionStates(LiveEvents events)
{
    /// <summary>Not connected yet since the start.</summary>
    public const string Connecting = "connecting";

    /// <summary>In working order.</summary>
    public const string Connected = "connected";

    /// <summary>Was connected, is away, and is being tried again.</summary>
    public const string Reconnecting = "reconnecting";

    private readonly Lock _change = new();
    private readonly SortedDictionary<string, ConnectionState> _states = new(StringComparer.Ordinal);

    /// <summary>The present states, by connection name in alphabetical order; what the last event of each has said.</summary>
    public IReadOnlyDictionary<string, ConnectionState> Snapshot()
    {
        lock (_change)
        {
            return new SortedDictionary<string, ConnectionState>(_states, StringComparer.Ordinal);
        }
    }

    /// <summary>Sets a state; says so to all front ends if its word or its sentence is a new one.</summary>
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

            // Told before the next one can be set, so that the last event is what stands.
            _states[connection] = now;
            events.Publish(new ConnectionEvent(connection, state, detail));
        }
    }
}
