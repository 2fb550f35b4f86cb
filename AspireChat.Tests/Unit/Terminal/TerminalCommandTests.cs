using AspireChat.Client.Terminal;
using Xunit;

namespace AspireChat.Tests.Unit.Terminal;

public class TerminalCommandTests
{
    [Theory]
    [InlineData("hello")]
    [InlineData("I will exit now")]
    [InlineData("exit")]
    [InlineData("5")]
    [InlineData(" /back")]
    [InlineData("and/back")]
    [InlineData("")]
    public void A_line_without_a_slash_is_a_text(string line) =>
        Assert.Equal(new TerminalCommand.Say(line), TerminalCommand.Parse(line));

    [Fact]
    public void Two_slashes_begin_a_text_with_one() =>
        Assert.Equal(new TerminalCommand.Say("/back"), TerminalCommand.Parse("//back"));

    [Fact]
    public void Commands_are_read_with_their_arguments()
    {
        Assert.Equal(new TerminalCommand.Back(), TerminalCommand.Parse("/back"));
        Assert.Equal(new TerminalCommand.Help(), TerminalCommand.Parse("/help "));
        Assert.Equal(new TerminalCommand.AboutMe(), TerminalCommand.Parse("/me"));
        Assert.Equal(new TerminalCommand.Answer("bob", Accepts: true), TerminalCommand.Parse("/accept  bob"));
        Assert.Equal(new TerminalCommand.Answer("bob", Accepts: false), TerminalCommand.Parse("/decline bob"));
        Assert.Equal(new TerminalCommand.Trust("bob", "ab12"), TerminalCommand.Parse("/trust bob ab12"));
    }

    [Theory]
    [InlineData("/exit")]
    [InlineData("/backwards")]
    [InlineData("/back to you")]
    [InlineData("/accept")]
    [InlineData("/accept bob carol")]
    [InlineData("/trust bob")]
    [InlineData("/")]
    public void Any_other_word_after_a_slash_is_an_unknown_command(string line) =>
        Assert.Equal(new TerminalCommand.Unknown(line), TerminalCommand.Parse(line));
}
