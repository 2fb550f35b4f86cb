using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    /// <summary>The sender's key and id of each insult that is stored but not settled.</summary>
    public IReadOnlyList<(string Fingerprint, Guid Id)> ListHeld() => database.Read(connection =>
        connection.Command($"SELECT fingerprint, id FROM messages WHERE state = {(int)MessageState.Held}")
            .ToList(row => (row.GetString(0), row.Id(1))));

    /// <summary>Settles a held insult: keeps it if it is for this client, otherwise deletes it.</summary>
    /// <returns>The insult, if it is for this client and was not settled before.</returns>
    public Task<ChatMessage?> SettleHeldAsync(string fingerprint, Guid id, bool isOwn) => database.WriteAsync(connection =>
    {
        var sql = isOwn
            ? $"UPDATE messages SET state = {(int)MessageState.Delivered} {One} AND {MayBecome(MessageState.Delivered)} RETURNING {Sql.MessageColumns}"
            : $"DELETE FROM messages {One} AND state = {(int)MessageState.Held} RETURNING {Sql.MessageColumns}";
        if (!isOwn)
        {
            ForgetWords(connection, fingerprint, id);
        }

        var settled = connection.Command(sql, ("$fingerprint", fingerprint), ("$id", Sql.Bytes(id)))
            .FirstOrDefault(row => row.Message(Conversation.Insults));
        return isOwn ? settled : null;
    });

    /// <summary>A page of the insults that reached this client, oldest first.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no such insult.</exception>
    public IReadOnlyList<ChatMessage> ReadReceivedInsults(int limit, Guid? before) =>
        ReadPage(Conversation.Insults, limit, before, andOnly: "AND fingerprint <> ''");

    private const string One = "WHERE fingerprint = $fingerprint AND id = $id";

    private static string MayBecome(MessageState state) =>
        $"state IN ({string.Join(", ", MessageStates.Before(state, isOwn: false).Select(from => (int)from))})";
}
