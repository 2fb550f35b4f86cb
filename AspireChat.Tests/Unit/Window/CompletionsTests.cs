using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class CompletionsTests
{
    private static readonly CompletionWords Words = new(
        Online: ["bob", "ben"], Partners: ["bob", "carol"], Asking: ["zoe"], Blocked: ["eve"], Groups: ["tea", "chess"]);

    // The line has a bar at the caret.
    [Theory]
    [InlineData("/l|", "/leave")]
    [InlineData("/un|", "/unsubscribe", "/unblock")]
    [InlineData("/U|nblock", "/unsubscribe", "/unblock")]
    [InlineData("/chat |", "ben", "bob", "carol")]
    [InlineData("/chat B|", "ben", "bob")]
    [InlineData("/chat b| and more", "ben", "bob")]
    [InlineData("/block c|", "carol")]
    [InlineData("/accept |", "zoe")]
    [InlineData("/decline |", "zoe")]
    [InlineData("/unblock |", "eve")]
    [InlineData("/group |", "chess", "tea")]
    [InlineData("/group tea |", "durable", "redis-pubsub", "redis-stream", "stream", "transient")]
    [InlineData("/group tea t|", "transient")]
    [InlineData("hello @|", "@ben", "@bob", "@carol")]
    [InlineData("hello @BO|", "@bob")]
    [InlineData("hello\n@c|", "@carol")]
    [InlineData("/insult @c|", "@carol")]
    public void The_word_at_the_caret_is_completed(string line, params string[] texts) => Assert.Equal(texts, Complete(line));

    [Theory]
    [InlineData("|")]
    [InlineData("hello|")]
    [InlineData("b|")]
    [InlineData("mail@b|")]
    [InlineData("//l|")]
    [InlineData("and /l|")]
    [InlineData("/nothing b|")]
    [InlineData("/chat bob b|")]
    [InlineData("/trust bob a|")]
    [InlineData("/search b|")]
    [InlineData("@x|")]
    public void Other_words_are_left_alone(string line) => Assert.Empty(Complete(line));

    [Theory]
    [InlineData("/ch|", "/chat", "/chat |")]
    [InlineData("/chat b|", "bob", "/chat bob |")]
    [InlineData("hello @b| and all", "@bob", "hello @bob |and all")]
    [InlineData("|", "@bob", "@bob |")]
    public void An_accepted_proposal_replaces_the_word_at_the_caret(string line, string text, string outcome)
    {
        var caret = line.IndexOf('|', StringComparison.Ordinal);

        var (accepted, after) = Completions.Accept(line.Remove(caret, 1), caret, new Completion(text, ""));

        Assert.Equal(outcome, accepted.Insert(after, "|"));
    }

    [Fact]
    public void A_proposal_says_what_it_is()
    {
        Assert.Equal([new("@ben", "online"), new("@bob", "online"), new("@carol", "away")], Completions.Of("@", 1, Words));
        Assert.Equal([new Completion("/me", "Shows your name, address and fingerprint.")], Completions.Of("/me", 3, Words));
        Assert.Equal(GroupMode.Transient.Promise, Assert.Single(Completions.Of("/group tea t", 12, Words)).Help);
    }

    [Fact]
    public void A_caret_outside_the_line_counts_as_its_end_and_proposals_are_limited()
    {
        var crowd = Words with { Online = [.. Enumerable.Range(0, 100).Select(i => $"user{i:00}")] };

        Assert.Equal(Completions.Most, Completions.Of("/chat user", 1_000, crowd).Count);
        Assert.Empty(Completions.Of("/chat user", -1, crowd));
    }

    private static IEnumerable<string> Complete(string line) =>
        Completions.Of(line.Replace("|", "", StringComparison.Ordinal), line.IndexOf('|', StringComparison.Ordinal), Words).Select(found => found.Text);
}
