using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class WindowCommandsTests
{
    private static readonly string[] Users = ["alice", "bob", "boris"];
    private static readonly string[] Groups = ["tea", "books"];

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("//etc is a folder", "/etc is a folder")]
    [InlineData("see /help", "see /help")]
    [InlineData(" /help", " /help")]
    public void A_line_without_a_command_is_a_text(string line, string text)
    {
        var (command, _, read) = WindowCommands.Parse(line);

        Assert.Null(command);
        Assert.Equal(text, read);
    }

    [Theory]
    [InlineData("/help", "help", "")]
    [InlineData("/group tea transient", "group", "tea transient")]
    [InlineData("/trust  bob   0a1b ", "trust", "bob 0a1b")]
    [InlineData("/insult you lamp", "insult", "you lamp")]
    public void A_command_has_its_arguments(string line, string word, string arguments)
    {
        var (command, read, _) = WindowCommands.Parse(line);

        Assert.Equal(word, command?.Word);
        Assert.Equal(arguments, string.Join(' ', read));
    }

    [Theory]
    [InlineData("/nonsense", "There is no command /nonsense; /help lists them. Two slashes begin a text with a slash.")]
    [InlineData("/", "There is no command /; /help lists them. Two slashes begin a text with a slash.")]
    [InlineData("/chat", "Something is missing: /chat name.")]
    [InlineData("/trust bob", "Something is missing: /trust name fingerprint.")]
    public void A_wrong_command_is_refused_with_what_is_allowed(string line, string sentence)
    {
        var refusal = Assert.Throws<ChatException>(() => WindowCommands.Parse(line));

        Assert.Equal((ChatFault.InvalidArgument, sentence), (refusal.Fault, refusal.Message));
    }

    [Theory]
    [InlineData("/un", "/unsubscribe|/unblock ")]
    [InlineData("/chat bo", "/chat bob |/chat boris ")]
    [InlineData("/group t", "/group tea ")]
    [InlineData("/discover x", "")]
    [InlineData("hello @bo", "hello bob |hello boris ")]
    [InlineData("mail me at x@y z", "")]
    [InlineData("hello", "")]
    public void A_begun_line_can_be_completed(string line, string completions) =>
        Assert.Equal(completions, string.Join('|', WindowCommands.Complete(line, Users, Groups).Select(completion => completion.Text)));

    [Fact]
    public void Every_command_has_a_word_of_its_own_and_help()
    {
        Assert.Equal(WindowCommands.All.Count, WindowCommands.All.Select(command => command.Word).Distinct().Count());
        Assert.All(WindowCommands.All, command => Assert.NotEqual("", command.Help));
    }
}
