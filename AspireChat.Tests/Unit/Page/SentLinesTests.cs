using AspireChat.Client.Chat;
using AspireChat.Client.Page;
using Xunit;

namespace AspireChat.Tests.Unit.Page;

public sealed class SentLinesTests
{
    private static readonly Conversation Bob = Conversation.With("bob"), Tea = Conversation.Of("tea");

    private readonly SentLines _lines = new();
    private readonly List<string> _run = [];

    [Fact]
    public async Task Lines_of_a_conversation_have_their_effect_once_and_in_order()
    {
        var first = new TaskCompletionSource<bool>();
        var one = Take("1", Bob, first.Task);
        var two = Take("2", Bob, Task.FromResult(false));
        var again = Take("1", Bob, Task.FromResult(false));
        Assert.Equal(["1"], _run);
        first.SetResult(true);

        var outcomes = await Task.WhenAll(one, two, again);
        Assert.Equal([true, false, true], outcomes);
        Assert.Equal(["1", "2"], _run);
    }

    [Fact]
    public async Task A_slow_or_failing_line_holds_up_no_other_conversation_and_no_later_line()
    {
        var slow = Take("1", Bob, new TaskCompletionSource<bool>().Task);
        var bad = Take("2", Tea, Task.FromException<bool>(new InvalidOperationException("bad")));

        Assert.True(await Take("3", Tea, Task.FromResult(true)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.False(slow.IsCompleted);
    }

    private Task<bool> Take(string id, Conversation to, Task<bool> outcome) => _lines.Take(id, to, () =>
    {
        _run.Add(id);
        return outcome;
    });
}
