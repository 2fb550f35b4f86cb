using AspireChat.Client.Chat;
using AspireChat.Client.Page;
using Xunit;

namespace AspireChat.Tests.Unit.Page;

public sealed class SentLinesTests
{
    private static readonly Conversation Bob = Conversation.With("bob");

    [Fact]
    public async Task Lines_have_their_effect_once_and_in_order()
    {
        var first = new TaskCompletionSource<bool>();
        List<string> run = [];
        var lines = new SentLines((to, line) =>
        {
            run.Add($"{to} {line}");
            return line == "one" ? first.Task : Task.FromResult(line != "refused");
        });

        var one = lines.Take("1", Bob, "one");
        var two = lines.Take("2", Bob, "refused");
        var again = lines.Take("1", Bob, "one");
        Assert.Equal(["user:bob one"], run);
        first.SetResult(true);

        var outcomes = await Task.WhenAll(one, two, again);
        Assert.Equal([true, false, true], outcomes);
        Assert.Equal(["user:bob one", "user:bob refused"], run);
    }

    [Fact]
    public async Task A_line_that_fails_does_not_hold_up_the_next()
    {
        var lines = new SentLines((_, line) => line == "bad" ? Task.FromException<bool>(new InvalidOperationException("bad")) : Task.FromResult(true));

        var bad = lines.Take("1", Bob, "bad");
        Assert.True(await lines.Take("2", Bob, "good"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
    }
}
