using System.Text.RegularExpressions;
using AspireChat.Client.Insults;
using Xunit;

namespace AspireChat.Tests.Unit.Insults;

public sealed partial class StockInsultsTests
{
    [Fact]
    public void Every_stock_insult_can_be_sent()
    {
        Assert.InRange(StockInsults.All.Count, 10, 100);
        Assert.All(StockInsults.All, insult => Assert.Null(MessageText.Check(insult)));
        Assert.Equal(StockInsults.All.Distinct(), StockInsults.All);
    }

    [Fact]
    public void Every_stock_insult_is_a_sentence_that_fits_on_a_line() => Assert.All(
        StockInsults.All,
        insult =>
        {
            Assert.EndsWith(".", insult, StringComparison.Ordinal);
            Assert.InRange(insult.Length, 10, 80);
            Assert.DoesNotContain(insult, char.IsControl);
        });

    [Fact]
    public void Stock_insults_mock_a_program_and_not_a_person() =>
        Assert.All(StockInsults.All, insult => Assert.DoesNotMatch(Hurtful(), insult));

    [Fact]
    public void The_next_insult_is_a_stock_insult() =>
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Contains(StockInsults.Next(), StockInsults.All));

    [GeneratedRegex(
        @"\b(idiots?|stupid\w*|dumb|morons?|imbecile|fat|ugly|mother|father|mum|sister|wife|hate|kill|die|damn|hell|shit\w*|fuck\w*|ass|bitch|bastard|loser|crazy|insane|retard\w*|lame|gay|women?|m[ae]n|girls?|boys?|god|smell\w*|stink\w*)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Hurtful();
}
