using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>Which words find which texts: the same ones in the index on disk and in what is not in it yet.</summary>
public sealed class SearchWordTests : IAsyncDisposable
{
    private readonly LocalStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("tea", "Tea at five", "a teapot", "green TEA", "five teapots")]
    [InlineData("teap", "a teapot", "five teapots")]
    [InlineData("five tea", "Tea at five", "five teapots")]
        [InlineData("te five")]
    [InlineData("tea five tea", "Tea at five")]
    [InlineData("coffee")]
    public Task All_words_are_found_and_the_last_one_may_be_a_beginning(string query, params string[] expected) =>
        ExpectAsync(query, expected, "Tea at five", "a teapot", "green TEA", "five teapots");

    [Theory]
    [InlineData("naive", "Naïve café", "naive CAFE", "Nai\u0308ve")]
    [InlineData("NAÏVE", "Naïve café", "naive CAFE", "Nai\u0308ve")]
    [InlineData("Nai\u0308ve", "Naïve café", "naive CAFE", "Nai\u0308ve")]
    [InlineData("cafe\u0301", "Naïve café", "naive CAFE")]
    [InlineData("привет", "ПРИВЕТ, мир")]
    [InlineData("東京", "東京へ")]
    [InlineData("42", "no. 42")]
    public Task Upper_case_and_accents_do_not_matter(string query, params string[] expected) =>
        ExpectAsync(query, expected, "Naïve café", "naive CAFE", "Nai\u0308ve", "ПРИВЕТ, мир", "東京へ", "no. 42");

    [Theory]
    [InlineData("\"a or b\"", "a OR b")]
    [InlineData("a OR b", "a OR b")]
    [InlineData("a NOT b")]
    [InlineData("a AND b")]
    [InlineData("NEAR(a b)")]
    [InlineData("NEAR(a, 3)")]
    [InlineData("text:a", "text: a")]
    [InlineData("{text}:a", "text: a")]
    [InlineData("words : x")]
    [InlineData("^a", "a OR b", "text: a")]
    [InlineData("-a", "a OR b", "text: a")]
    [InlineData("a* b", "a OR b")]
    [InlineData("a*b")]
    [InlineData("a + b", "a OR b")]
    [InlineData("(a", "a OR b", "text: a")]
    [InlineData("a\"", "a OR b", "text: a")]
    [InlineData("\"\"a\"\" \"", "a OR b", "text: a")]
    [InlineData("a\0 b", "a OR b")]
    [InlineData("\0\"a", "a OR b", "text: a")]
    [InlineData("a'; DROP TABLE words; --")]
    [InlineData("a %_", "a OR b", "text: a")]
    [InlineData("a \ud800", "a OR b", "text: a")]
    [InlineData("e-mail", "my e-mail")]
    [InlineData("e-ma", "my e-mail")]
    [InlineData("mail-e")]
    [InlineData("\U0001E900 a")]
    public Task Nothing_that_a_user_types_is_syntax(string query, params string[] expected) =>
        ExpectAsync(query, expected, "a OR b", "text: a", "my e-mail", "mail for e");

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n")]
    [InlineData("\0")]
    [InlineData("\"* - ( ) ^ : +\"")]
    [InlineData("\u0301")]
    [InlineData("\ud800")]
    [InlineData("🙂")]
    public void A_query_without_a_letter_or_digit_has_no_words(string query) => Assert.Null(SearchWords.Parse(query));

    private async Task ExpectAsync(string query, IEnumerable<string> expected, params IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            await _store.Messages.AppendOwnAsync(Conversation.With("bob"), text, null);
        }

        Assert.Equal(expected, Find());
        Assert.True(await _store.Messages.IndexMoreAsync());
        Assert.False(await _store.Messages.IndexMoreAsync());
        Assert.Equal(expected, Find());

        // The hits come newest first.
        IEnumerable<string> Find() => _store.Messages
            .Search(SearchWords.Parse(query)!, 100, TestContext.Current.CancellationToken).Select(found => found.Message.Text).Reverse();
    }
}
