using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;
using static AspireChat.Tests.Unit.Window.Messages;

namespace AspireChat.Tests.Unit.Window;

public sealed class ConversationOrderTests
{
    [Fact]
    public void Unread_conversations_come_first_then_the_most_recent_and_insults_last()
    {
        ConversationItem[] items =
        [
            Item(Conversation.Insults, unread: 9, at: Noon.AddDays(1)),
            Item(Conversation.With("never")),
            Item(Conversation.With("also-never")),
            Item(Conversation.Of("old"), at: Noon.AddHours(-2)),
            Item(Conversation.With("recent"), at: Noon),
            Item(Conversation.Of("muted"), unread: 5, at: Noon.AddHours(-1), isMuted: true),
            Item(Conversation.With("unread-old"), unread: 1, at: Noon.AddDays(-9)),
            Item(Conversation.Of("unread-new"), unread: 1, at: Noon.AddDays(-8)),
            Item(Conversation.With("asks"), state: ChatState.Asked),
        ];

        Assert.Equal(
            ["unread-new", "unread-old", "asks", "recent", "muted", "old", "also-never", "never", "insults"],
            items.Order(ConversationOrder.Instance).Select(item => item.Conversation.Name));
    }

    [Fact]
    public void A_preview_says_who_wrote_where_that_is_not_clear() => Assert.Equal(
        ["You: hello", "bob: hello", "hello", "eve: boo"],
        new[]
        {
            Said(Self, "hello"),
            Said("bob", "hello"),
            Said("bob", "hello", to: Conversation.With("bob")),
            Said("eve", "boo", to: Conversation.Insults),
        }.Select(ConversationOrder.Preview));

    [Fact]
    public void A_long_preview_is_cut_between_characters()
    {
        var chat = Conversation.With("bob");

        Assert.Equal(new string('x', 120), ConversationOrder.Preview(Said("bob", new string('x', 120), to: chat)));
        Assert.Equal(new string('x', 120) + "…", ConversationOrder.Preview(Said("bob", new string('x', 121), to: chat)));
        Assert.Equal(new string('x', 119) + "…", ConversationOrder.Preview(Said("bob", new string('x', 119) + "😀", to: chat)));
    }

    private static ConversationItem Item(
        Conversation conversation, int unread = 0, DateTimeOffset? at = null, bool isMuted = false, ChatState? state = null) => new(
        conversation, conversation.Name, unread, Preview: null, at, IsOnline: null, state, Mode: null, IsJoined: true, isMuted, HasDraft: false);
}
