using System.Collections.Concurrent;

namespace AspireChat.Client.Chat;

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

    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);

    /// <summary>The present states, by connection name in alphabetical order.</summary>
    public IReadOnlyDictionary<string, string> Snapshot() =>
        new SortedDictionary<string, string>(_states, StringComparer.Ordinal);

    /// <summary>Sets a state; says so to all front ends if it is a new one.</summary>
    /// <param name="connection">The connection's name.</param>
    /// <param name="state">One word.</param>
    /// <param name="detail">A sentence for the user, if there is more to say.</param>
    public void Set(string connection, string state, string? detail = null)
    {
        string? before = null;
        _states.AddOrUpdate(connection, state, (_, old) =>
        {
            before = old;
            return state;
        });

        if (before != state)
        {
            events.Publish(new ConnectionEvent(connection, state, detail));
        }
    }
}
