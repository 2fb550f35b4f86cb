using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>The states of this user's messages as people read them. Others' messages have none.</summary>
internal static class MessageWords
{
    /// <summary>The state in words, with the reason if there is one.</summary>
    public static string Of(ChatMessage message) => !message.IsOwn ? "" : message.State switch
    {
        MessageState.Sending => message.Reason is { } waits ? $"sending: {waits}" : "sending",
        MessageState.Stored => $"stored until {message.Conversation.Name} is back",
        MessageState.Delivered => "delivered",
        MessageState.Read => "read",
        MessageState.Confirmed => "in the group",
        MessageState.Sent => "sent",
        MessageState.Failed => message.Reason is { } why ? $"failed: {why}" : "failed",
        _ => "",
    };

    /// <summary>The state as a sign.</summary>
    public static string Symbol(ChatMessage message) => !message.IsOwn ? "" : message.State switch
    {
        MessageState.Sending => "…",
        MessageState.Stored => "~",
        MessageState.Read => "✓✓",
        MessageState.Failed => "✗",
        MessageState.Held => "",
        _ => "✓",
    };
}
