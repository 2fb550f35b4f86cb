using AspireChat.Client.Chat;

namespace AspireChat.Client.Page.Components;

/// <summary>The signs of conversations.</summary>
internal static class Marks
{
    /// <summary>A conversation's sign; null for a person, who has a letter.</summary>
    public static string? Of(Conversation conversation) => conversation.Kind switch
    {
        ConversationKind.Group => "#",
        ConversationKind.Insults => "!",
        _ => null,
    };
}
