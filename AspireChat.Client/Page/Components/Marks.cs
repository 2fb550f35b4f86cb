using AspireChat.Client.Chat;
using AspireChat.Client.Window;

namespace AspireChat.Client.Page.Components;

/// <summary>The signs in front of conversations.</summary>
internal static class Marks
{
    /// <summary>A conversation's sign.</summary>
    public static string Of(ConversationItem item) => item.Conversation.Kind switch
    {
        ConversationKind.Group => "#",
        ConversationKind.Insults => "!",
        _ => item.IsOnline == true ? "●" : "○",
    };
}
