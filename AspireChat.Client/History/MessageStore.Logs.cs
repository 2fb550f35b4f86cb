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

    /// <summary>Goes back to the beginning of a log; what is there is then counted anew.</summary>
    internal Task RestartLogAsync(string group, string generation) => database.WriteAsync(connection =>
    {
        connection.Command(
            "UPDATE generations SET position = $beginning WHERE name = $name AND generation = $generation",
            ("$beginning", Beginning), ("$name", group), ("$generation", generation)).Run();
        return connection.Command("UPDATE subscriptions SET unvouched = 0 WHERE name = $name", ("$name", group)).Run();
    });

    /// <summary>Counts messages for whose sender nobody can vouch; they are not kept.</summary>
    /// <param name="group">The group.</param>
    /// <param name="messages">How many.</param>
    /// <param name="step">The step over them in the log; entries that are read again are not counted again.</param>
    /// <param name="held">The place of their batch if it was held; it is deleted in the same commit.</param>
    /// <returns>Whether they were counted.</returns>
    internal Task<bool> CountUnvouchedAsync(string group, int messages, LogStep? step, long? held = null) => database.WriteAsync(connection =>
    {
        if (held is { } local ? DropHeld(connection, local) == 0 : step is not { } over || !Take(connection, over))
        {
            return false;
        }

        return connection.Command(
            "UPDATE subscriptions SET unvouched = unvouched + $messages WHERE name = $name",
            ("$name", group), ("$messages", messages)).Run() > 0;
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
