using AspireChat.Client.Chat;

namespace AspireChat.Client.History;

public sealed partial class MessageStore
{
    /// <summary>The sender's key and id of each insult that is stored but not settled.</summary>
    public IReadOnlyList<(string Fingerprint, Guid Id)> ListHeld() => database.Read(connection =>
        connection.Command($"SELECT fingerprint, messages.id FROM messages JOIN senders ON senders.id = sender WHERE state = {(int)MessageState.Held}")
            .ToList(row => (row.GetString(0), row.Id(1))));

    /// <summary>Settles a held insult: keeps it if it is for this client, otherwise deletes it.</summary>
    /// <returns>The insult, if it is for this client and was not settled before.</returns>
    public Task<ChatMessage?> SettleHeldAsync(string fingerprint, Guid id, bool isOwn) => database.WriteAsync(connection =>
    {
        (string, object?)[] one = [("$fingerprint", fingerprint), ("$id", Sql.Bytes(id))];
        var held = connection.Command(
            $"SELECT {Sql.MessageColumns} FROM {Sql.Messages} WHERE fingerprint = $fingerprint AND messages.id = $id AND {MayBecome(MessageState.Delivered)}",
            one).FirstOrDefault(row => row.Message(Conversation.Insults));
        if (held is null)
        {
            return null;
        }

        if (isOwn)
        {
            connection.Command($"UPDATE messages SET state = {(int)MessageState.Delivered} {One} AND {IsHeld}", one).Run();
            return held with { State = MessageState.Delivered };
        }

        ForgetWords(connection, fingerprint, id);
        connection.Command($"DELETE FROM messages {One} AND {IsHeld}", one).Run();
        LowerMark(connection);
        return null;
    });

    /// <summary>A page of the insults that reached this client, oldest first.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: there is no such insult.</exception>
    public IReadOnlyList<ChatMessage> ReadReceivedInsults(int limit, Guid? before) =>
        ReadPage(Conversation.Insults, limit, before, andOnly: $"AND {Others}");

    private const string One = "WHERE sender IN (SELECT id FROM senders WHERE fingerprint = $fingerprint) AND id = $id";

    private static readonly string IsHeld = $"state = {(int)MessageState.Held}";

    private static string MayBecome(MessageState state) =>
        $"messages.state IN ({string.Join(", ", MessageStates.Before(state, isOwn: false).Select(from => (int)from))})";
}
