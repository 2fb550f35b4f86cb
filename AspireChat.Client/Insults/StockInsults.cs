namespace AspireChat.Client.Insults;

/// <summary>Harmless insults for users who cannot think of one.</summary>
public static class StockInsults
{
    /// <summary>All stock insults.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "You have the consistency of a cache without invalidation.",
        "Your messages arrive at most once, and nobody minds.",
        "You are the reason we need idempotency.",
        "Even your heartbeat times out.",
        "You would deadlock with yourself.",
        "A fanout exchange has more focus than you.",
        "You are a single point of failure with legs.",
        "Your handshake takes three days.",
        "You are as fresh as a lease that nobody renewed.",
        "If you were a queue, you would be transient.",
        "Your clock drifts, and so do your thoughts.",
        "You bring new meaning to eventual consistency.",
        "You could lose a race with one participant.",
        "Nobody acknowledges you, not even manually.",
        "You are the poison message of every party.",
    ];

    /// <summary>Returns one of them at random.</summary>
    public static string Next() => All[Random.Shared.Next(All.Count)];
}
