using AspireChat.Client.Chat;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class HeldLetterTests : IAsyncDisposable
{
    private const int Size = 1_000;
    private const long Counted = Size + 1024;

    private readonly LocalStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Letters_are_bounded_per_key_and_in_all_whatever_groups_hold()
    {
        await _store.Messages.HoldAsync(Conversation.Of("tea"), Key('x'), new byte[100_000], 1_000_000, 1_000_000, ["tea"]);

        Assert.True(await HoldAsync("bob", 'b', 1));
        Assert.True(await HoldAsync("bob", 'b', 1)); // the same letter once more
        Assert.True(await HoldAsync("bob", 'b', 2));
        Assert.False(await HoldAsync("bob", 'b', 3));
        Assert.True(await HoldAsync("carol", 'c', 4));
        Assert.False(await HoldAsync("dora", 'd', 5));

        Assert.Equal(["bob", "carol"], _store.Messages.ListHeldChats());
        Assert.Equal(2, _store.Messages.ListHeldBatches(Conversation.With("bob")).Count);

        // A declined chat makes room; a refused letter leaves no chat behind.
        await _store.Messages.DropHeldOfAsync("bob");
        Assert.True(await HoldAsync("dora", 'd', 5));
        Assert.Equal(["carol", "dora"], _store.Messages.ListHeldChats());
        await _store.Messages.DropLetterAsync("dora", _store.Messages.ListHeldBatches(Conversation.With("dora"))[0]);
        Assert.DoesNotContain(_store.Messages.ListChats(), chat => chat.User == "dora");
    }

    [Fact]
    public async Task A_closed_chat_takes_its_letters_along()
    {
        await HoldAsync("bob", 'b', 1);
        await _store.Messages.SetChatStateAsync("bob", ChatState.Asked);

        await _store.Messages.CloseChatAsync("bob");
        Assert.Empty(_store.Messages.ListHeldChats());
        Assert.Empty(_store.Messages.ListChats());
    }

    private Task<bool> HoldAsync(string user, char key, byte content)
    {
        var body = new byte[Size];
        body[0] = content;
        return _store.Messages.HoldLetterAsync(user, Key(key), body, maxOfKey: 2 * Counted, maxOfAll: 3 * Counted);
    }

    private static string Key(char digit) => new(digit, 64);
}
