using AspireChat.Client.Chat;
using Xunit;

namespace AspireChat.Tests.Unit.Chat;

public sealed class ConversationTests
{
    [Fact]
    public void A_conversation_is_found_by_its_text() => Assert.All(
        [Conversation.With("bob"), Conversation.Of("tea"), Conversation.Insults],
        conversation => Assert.Equal(conversation, Conversation.Find(conversation.ToString())));

    [Theory]
    [InlineData("")]
    [InlineData("bob")]
    [InlineData("user:")]
    [InlineData("user:no!")]
    [InlineData("group:tea:two")]
    [InlineData("insults:")]
    public void Another_text_is_none(string text) => Assert.Null(Conversation.Find(text));
}
