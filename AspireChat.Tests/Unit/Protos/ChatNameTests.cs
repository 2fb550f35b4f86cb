using Xunit;

namespace AspireChat.Tests.Unit.Protos;

public sealed class ChatNameTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("7", "7")]
    [InlineData("Alice", "alice")]
    [InlineData("BOB_2-x", "bob_2-x")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345")]
    public void A_name_is_converted_to_lower_case(string given, string expected)
    {
        Assert.True(ChatName.TryParse(given, out var name));
        Assert.Equal(expected, name);
        Assert.Equal(expected, ChatName.Parse(given));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData("Alice Smith")]
    [InlineData("alice ")]
    [InlineData("../x")]
    [InlineData("a.b")]
    [InlineData("a:b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData("\u0130")]
    [InlineData("\u212a")] // The Kelvin sign, whose lower case is an ASCII k.
    [InlineData("\u0663")]
    [InlineData("\uff41")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public void Any_other_text_is_refused_with_the_rule(string? given)
    {
        Assert.False(ChatName.TryParse(given, out _));
        var refusal = Assert.Throws<ChatException>(() => ChatName.Parse(given));
        Assert.Equal(ChatFault.InvalidName, refusal.Fault);
        Assert.Equal(ChatName.Rule, refusal.Message);
    }

    [Fact]
    public void A_name_of_two_hundred_characters_is_refused() => Assert.False(ChatName.TryParse(new string('a', 200), out _));
}
