using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    /// <summary>A page of a conversation, oldest first, in local order.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="limit">The maximum number of messages.</param>
    /// <param name="before">Only messages before this one; the newest page if null.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: the conversation has no such message.</exception>
    public IReadOnlyList<ChatMessage> ReadPage(Conversation conversation, int limit, Guid? before) =>
        ReadPage(conversation, limit, before, andOnly: "");

    private IReadOnlyList<ChatMessage> ReadPage(
        Conversation conversation, int limit, Guid? before, string andOnly) => database.Read<IReadOnlyList<ChatMessage>>(connection =>
    {
        if (FindConversation(connection, conversation) is not { } id)
        {
            return [];
        }

        var end = long.MaxValue;
        if (before is { } message)
        {
            // Another sender may have used the same id; starting from the first such message, paging cannot loop.
            end = connection.Command(
                $"SELECT local FROM messages WHERE id = $message AND conversation = $id {andOnly} ORDER BY local LIMIT 1",
                ("$message", Sql.Bytes(message)), ("$id", id))
                .FirstOrDefault(row => (long?)row.GetInt64(0))
                ?? throw new ChatException(ChatFault.NotFound, $"There is no message {message} in this conversation.");
        }

        var page = connection.Command(
            $"""
            SELECT {Sql.MessageColumns}, {IsRead} FROM {Sql.Messages}
            WHERE conversation = $id AND local < $end AND messages.state <> {(int)MessageState.Held} {andOnly} ORDER BY local DESC LIMIT $limit
            """,
            ("$id", id), ("$end", end), ("$limit", limit)).ToList(row => AsRead(row.Message(conversation), row.GetBoolean(9)));
        page.Reverse();
        return page;
    });
}
