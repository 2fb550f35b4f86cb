using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>Says in one sentence what is not well with the servers, and what that means for the user.</summary>
internal static class ConnectionNotice
{
    private const string Redis = "redis";
    private const string RabbitMq = "rabbitmq";

    /// <summary>The sentence; null if both servers are there.</summary>
    public static string? Of(IEnumerable<ConnectionEvent> connections)
    {
        var states = connections.ToDictionary(connection => connection.Connection, StringComparer.Ordinal);
        var isNameServerAway = IsAway(states, Redis);
        var isBrokerAway = IsAway(states, RabbitMq);
        return (isNameServerAway, isBrokerAway) switch
        {
            (true, true) => "The name server and the broker are away. Known people can be reached; everything else is saved and will be sent.",
            (true, false) => "The name server is away. You reach the people you know; who comes and goes is not seen.",
            (false, true) => states[RabbitMq].Detail ?? "The broker is away. Private chats work; messages to groups are saved and will be sent.",
            _ => null,
        };
    }

    private static bool IsAway(Dictionary<string, ConnectionEvent> states, string server) =>
        states.TryGetValue(server, out var state) && state.State != ConnectionStates.Connected;
}
