using AspireChat.Client.Chat;
using AspireChat.Client.Insults;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>Sends an insult, which reaches exactly one client. Returns once it is in the outbox.</summary>
    /// <param name="text">The insult; a stock one if null.</param>
    /// <param name="id">As for <see cref="SendToUserAsync"/>.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidText"/> or <see cref="ChatFault.TextTooLong"/>; as to the id see <see cref="SendToUserAsync"/>.
    /// </exception>
    public async Task<ChatMessage> InsultAsync(string? text, Guid? id = null)
    {
        if (FindRepeated(Conversation.Insults, text, id) is { } first)
        {
            return first;
        }

        text ??= StockInsults.Next();
        if (MessageText.Check(text) is { } refusal)
        {
            throw refusal;
        }

        var insult = await AppendAsync(Conversation.Insults, text, id);
        insults.Wake();
        return insult;
    }

    /// <summary>The insults that reached this client, oldest first.</summary>
    /// <param name="limit">
    /// The most insults; 1 to <see cref="PageLimits.Max"/>, <see cref="PageLimits.Default"/> if null.
    /// </param>
    /// <param name="before">Only insults before the one with this id; the newest page if null.</param>
    public IReadOnlyList<ChatMessage> ReadInsults(int? limit, Guid? before) =>
        store.ReadReceivedInsults(CheckPage(limit), before);
}
