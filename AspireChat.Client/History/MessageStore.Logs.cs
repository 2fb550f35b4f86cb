namespace AspireChat.Client.History;

/// <summary>How far this client has read the logs of groups.</summary>
public sealed partial class MessageStore
{
    /// <summary>The position before the first entry of a log.</summary>
    internal const string Beginning = "";

    /// <summary>
    /// The position up to which everything in the log of a group's generation is stored; <see cref="Beginning"/> before the first
    /// entry; null if it is not settled yet where this client begins to read, or without a subscription.
    /// </summary>
    public string? PositionIn(string group, string generation) => database.Read(connection => connection.Command(
        "SELECT position FROM generations WHERE name = $name AND generation = $generation", ("$name", group), ("$generation", generation))
        .FirstOrDefault(row => row.IsDBNull(0) ? null : row.GetString(0)));

    /// <summary>Takes a step over entries that are not stored: this client's own, and those that were refused.</summary>
    internal Task StepAsync(LogStep step) => database.WriteAsync(connection => Take(connection, step));

    /// <summary>Counts messages for whose sender nobody can vouch, and takes the step over them, if there is one to take.</summary>
    internal Task CountUnvouchedAsync(string group, LogStep? step, int messages) => database.WriteAsync(connection =>
    {
        // Entries that are read again are not counted again.
        if (step is not { } over || Take(connection, over))
        {
            connection.Command(
                "UPDATE subscriptions SET unvouched = unvouched + $messages WHERE name = $name",
                ("$name", group), ("$messages", messages)).Run();
        }

        return 0;
    });

    /// <summary>How many messages of a group's log nobody could vouch for.</summary>
    public long CountUnvouched(string group) => database.Read(connection => connection.Command(
        "SELECT unvouched FROM subscriptions WHERE name = $name", ("$name", group)).FirstOrDefault(row => row.GetInt64(0)));

    // Returns whether this client stood where the step begins.
    private static bool Take(HistoryConnection connection, LogStep step) => connection
        .Statement(
            """
            UPDATE generations SET position = ?1
            WHERE name = ?2 AND generation = ?3 AND coalesce(position, '') = ?4
            """)
        .Bind(1, step.To).Bind(2, step.Group).Bind(3, step.Generation).Bind(4, step.From ?? Beginning)
        .Run() > 0;
}
