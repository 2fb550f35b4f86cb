using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

/// <summary>
/// Pages beside a message that the caller has, for windows that show a part of a conversation. A page of insults has only
/// received ones.
/// </summary>
public sealed partial class MessageStore
{
    private const string Others = "sender <> 0";

    /// <summary>The newest messages of a conversation, oldest first; none if the conversation is not known.</summary>
    public IReadOnlyList<ChatMessage> ReadNewest(Conversation conversation, int limit) =>
        ReadPage(conversation, limit, before: null, OnlyShown(conversation));

    /// <summary>The messages before one of the same conversation, oldest first; none if there is no such message.</summary>
    public IReadOnlyList<ChatMessage> ReadEarlier(ChatMessage before, int limit)
    {
        var page = ReadBeside(before, limit, "local < $place", "local DESC");
        page.Reverse();
        return page;
    }

    /// <summary>The messages after one of the same conversation, oldest first; none if there is no such message.</summary>
    public IReadOnlyList<ChatMessage> ReadLater(ChatMessage after, int limit) => ReadBeside(after, limit, "local > $place", "local");

    /// <summary>The oldest unread message of others in a conversation; null if there is none.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="except">Senders whose messages do not count.</param>
    public ChatMessage? FindFirstUnread(Conversation conversation, IReadOnlyCollection<string> except) => database.Read(connection =>
        connection.Command(
            $"""
            SELECT {Sql.MessageColumns} FROM {Sql.Messages}
            WHERE {IsUnread(except)} ORDER BY local LIMIT 1
            """,
            [.. Place(conversation), .. Named(except)]).FirstOrDefault(row => row.Message(conversation)));

    /// <summary>How many messages of others are unread, without those of some senders; 0 if the conversation is not known.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="except">Senders whose messages do not count.</param>
    public int CountUnread(Conversation conversation, IReadOnlyCollection<string> except) => except.Count == 0
        ? CountUnread(conversation)
        : database.Read(connection => connection.Command(
            $"SELECT count(*) FROM {Sql.Messages} WHERE {IsUnread(except)}",
            [.. Place(conversation), .. Named(except)]).FirstOrDefault(row => row.GetInt32(0)));

    // The name tells two senders apart who use the same id, so that neither can make the other's messages disappear from a page.
    private List<ChatMessage> ReadBeside(ChatMessage message, int limit, string side, string order) => database.Read(connection =>
    {
        if (FindConversation(connection, message.Conversation) is not { } id)
        {
            return [];
        }

        var place = connection.Command(
            """
            SELECT local FROM messages WHERE id = $message AND conversation = $id
              AND sender IN (SELECT id FROM senders WHERE name = $sender) ORDER BY local DESC LIMIT 1
            """,
            ("$message", Sql.Bytes(message.Id)), ("$id", id), ("$sender", message.From))
            .FirstOrDefault(row => (long?)row.GetInt64(0));
        return place is null ? [] : connection.Command(
            $"""
            SELECT {Sql.MessageColumns}, {IsRead} FROM {Sql.Messages}
            WHERE conversation = $id AND {side} AND messages.state <> {(int)MessageState.Held} {OnlyShown(message.Conversation)}
            ORDER BY {order} LIMIT $limit
            """,
            ("$id", id), ("$place", place), ("$limit", limit))
            .ToList(row => AsRead(row.Message(message.Conversation), row.GetBoolean(9)));
    });

    private static string OnlyShown(Conversation conversation) => conversation.Kind == ConversationKind.Insults ? $"AND {Others}" : "";

    private static string IsUnread(IReadOnlyCollection<string> except) =>
        $"kind = $kind AND conversations.name = $name AND local > read_local AND {Others} "
        + $"AND senders.name NOT IN ({string.Join(", ", except.Select((_, index) => $"$except{index}"))})";

    private static IEnumerable<(string Name, object? Value)> Named(IReadOnlyCollection<string> except) =>
        except.Select((sender, index) => ($"$except{index}", (object?)sender));
}
