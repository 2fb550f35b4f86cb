using AspireChat.Client.Chat;

namespace AspireChat.Tests.Unit.Window;

/// <summary>Messages for tests of what windows show.</summary>
internal static class Messages
{
    public const string Self = "alice";

    /// <summary>Noon of a Tuesday.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static ChatMessage Said(
        string from,
        string text,
        DateTimeOffset? at = null,
        MessageState state = MessageState.Delivered,
        string? reason = null,
        long missing = 0,
        Conversation? to = null) => new(
        Guid.CreateVersion7(),
        from,
        to ?? Conversation.Of("tea"),
        IsOwn: from == Self,
        Seq: 1,
        text,
        at ?? Noon,
        state,
        reason,
        missing);
}
