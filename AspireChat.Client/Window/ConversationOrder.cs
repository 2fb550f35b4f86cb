using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// The order of the list: what asks for attention first, then the most recent, then by name; the insult channel last.
/// </summary>
internal sealed class ConversationOrder : IComparer<ConversationItem>
{
    private const int PreviewLength = 120;

    private ConversationOrder()
    {
    }

    /// <summary>The order.</summary>
    public static ConversationOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(ConversationItem? x, ConversationItem? y) => Place(x!).CompareTo(Place(y!)) is not 0 and var byPlace
        ? byPlace
        : string.CompareOrdinal(x!.Conversation.ToString(), y!.Conversation.ToString());

    /// <summary>The beginning of a message for the list, with its sender where that is not clear.</summary>
    public static string Preview(ChatMessage message)
    {
        var text = message.Text.ReplaceLineEndings(" ");
        if (text.Length > PreviewLength)
        {
            // Not between the two halves of one character.
            text = text[..(char.IsHighSurrogate(text[PreviewLength - 1]) ? PreviewLength - 1 : PreviewLength)] + "…";
        }

        return message.IsOwn ? $"You: {text}"
            : message.Conversation.Kind == ConversationKind.User ? text
            : $"{message.From}: {text}";
    }

    private static (bool IsInsults, bool IsQuiet, long Age) Place(ConversationItem item) =>
        (item.Conversation == Conversation.Insults, !item.IsWaiting, -(item.LastAt ?? DateTimeOffset.MinValue).UtcTicks);
}
