using AspireChat.Client.Conversations;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    /// <summary>The groups to which the own user has a subscription, by name.</summary>
    public IReadOnlyDictionary<string, GroupMode> ListSubscriptions() => database.Read(connection =>
        connection.Command("SELECT name, mode FROM subscriptions ORDER BY name")
            .ToList(row => KeyValuePair.Create(row.GetString(0), (GroupMode)row.GetInt64(1)))
            .ToDictionary(StringComparer.Ordinal));

    /// <summary>Remembers a subscription.</summary>
    public Task SubscribeAsync(string group, GroupMode mode) => database.WriteAsync(connection =>
    {
        EnsureConversation(connection, Conversation.Of(group));
        return connection.Command(
            "INSERT INTO subscriptions (name, mode) VALUES ($name, $mode) ON CONFLICT (name) DO UPDATE SET mode = excluded.mode",
            ("$name", group), ("$mode", (int)mode)).Run();
    });

    /// <summary>Forgets a subscription. What was said stays; what is said from now on is no gap.</summary>
    public Task UnsubscribeAsync(string group) => database.WriteAsync(connection =>
    {
        connection.Command("DELETE FROM subscriptions WHERE name = $name", ("$name", group)).Run();
        return connection.Command(
            "DELETE FROM last_seqs WHERE conversation = (SELECT id FROM conversations WHERE kind = 1 AND name = $name)",
            ("$name", group)).Run();
    });

    /// <summary>
    /// Gives up on what was not sent to a group. The seqs that were given to it are free again: nobody has seen them, and
    /// they would look like a gap. One commit: failed messages whose seqs are still given would be that gap after a crash.
    /// </summary>
    /// <returns>Those that changed, in order of seq.</returns>
    public Task<IReadOnlyList<OutboxMessage>> MarkUnsentFailedAsync(Conversation group, string reason) => Advance(
        group,
        long.MaxValue,
        from: MessageState.Sending,
        MessageState.Failed,
        reason,
        also: (connection, unsent) => connection.Command(
            "UPDATE conversations SET last_seq = $last WHERE kind = $kind AND name = $name AND last_seq = $highest",
            ("$last", unsent[0].Seq - 1),
            ("$highest", unsent[^1].Seq),
            ("$kind", (int)group.Kind),
            ("$name", group.Name)).Run());

    /// <summary>Whether there is anything of a conversation here.</summary>
    public bool Knows(Conversation conversation) => database.Read(connection => FindConversation(connection, conversation) is not null);
}
