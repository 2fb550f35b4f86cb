using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class TypedLineTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData(" /me", " /me")]
    [InlineData("and /leave", "and /leave")]
    [InlineData("//leave", "/leave")]
    [InlineData("//", "/")]
    [InlineData("two\nlines ", "two\nlines ")]
    [InlineData("", "")]
    public void A_line_without_a_command_is_a_text(string line, string text)
    {
        var typed = TypedLine.Parse(line);

        Assert.Equal((null, text, null), (typed.Command, typed.Text, typed.Refusal));
    }

    [Theory]
    [InlineData("/me", "me")]
    [InlineData("/chat bob", "chat", "bob")]
    [InlineData("/chat   bob  ", "chat", "bob")]
    [InlineData("/group tea", "group", "tea")]
    [InlineData("/group tea transient", "group", "tea", "transient")]
    [InlineData("/trust bob ab12", "trust", "bob", "ab12")]
    [InlineData("/insult", "insult")]
    [InlineData("/insult  you  there ", "insult", "you  there")]
    [InlineData("/search green tea", "search", "green tea")]
    public void A_slash_begins_a_command(string line, string word, params string[] arguments)
    {
        var typed = TypedLine.Parse(line);

        Assert.Equal((word, "", null), (typed.Command?.Word, typed.Text, typed.Refusal));
        Assert.Equal(arguments, typed.Arguments);
    }

    [Theory]
    [InlineData("/nothing", "There is no command /nothing; /help shows all. Type // to begin a text with a slash.")]
    [InlineData("/", "There is no command /; /help shows all. Type // to begin a text with a slash.")]
    [InlineData("/Me", "There is no command /Me; /help shows all. Type // to begin a text with a slash.")]
    [InlineData("/chat", "The command is /chat name. Type // to begin a text with a slash.")]
    [InlineData("/chat bob eve", "The command is /chat name. Type // to begin a text with a slash.")]
    [InlineData("/me now", "The command is /me. Type // to begin a text with a slash.")]
    [InlineData("/trust bob", "The command is /trust name fingerprint. Type // to begin a text with a slash.")]
    public void What_is_no_command_is_refused_in_a_sentence(string line, string refusal)
    {
        var typed = TypedLine.Parse(line);

        Assert.Equal((null, "", refusal), (typed.Command, typed.Text, typed.Refusal));
    }

    [Fact]
    public void The_table_has_each_command_once() => Assert.Equal(
        [
            "/chat name", "/group name [mode] [beginning]", "/discover", "/insult [text]", "/leave", "/unsubscribe", "/accept name", "/decline name",
            "/trust name fingerprint", "/block name", "/unblock name", "/me", "/search [words]", "/help", "/exit",
        ],
        WindowCommands.All.Select(command => command.Usage));

    [Fact]
    public void The_shortcut_of_a_command_is_in_the_table_of_shortcuts()
    {
        Assert.Equal(["Ctrl+K", "Alt+Shift+↓", "Esc", "?", "Enter", "Shift+Enter", "Tab"], WindowCommands.Shortcuts.Select(shortcut => shortcut.Keys));
        Assert.Equal([("help", "?")], WindowCommands.All.Where(command => command.Shortcut is not null).Select(command => (command.Word, command.Shortcut!)));
    }
}
