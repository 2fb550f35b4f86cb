using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;
using static AspireChat.Tests.Unit.Window.Messages;

namespace AspireChat.Tests.Unit.Window;

public sealed class LoadedMessagesTests
{
    private readonly LoadedMessages _loaded = new();

    [Fact]
    public void Older_messages_push_out_the_newest()
    {
        _loaded.Reset(Numbers(500, 100), hasEarlier: true, hasLater: false);
        Assert.Equal((500, 599, true, false), State);

        _loaded.Prepend(Numbers(300, 200), hasEarlier: true);
        Assert.Equal((300, 599, true, false), State);

        _loaded.Prepend(Numbers(200, 100), hasEarlier: false);
        Assert.Equal((200, 499, false, true), State);
    }

    [Fact]
    public void Newer_messages_push_out_the_oldest()
    {
        _loaded.Reset(Numbers(0, 100), hasEarlier: false, hasLater: false);
        _loaded.Append(Numbers(100, 200), hasLater: true);
        Assert.Equal((0, 299, false, true), State);

        _loaded.Append(Numbers(300, 1), hasLater: false);
        Assert.Equal((1, 300, true, false), State);
    }

    [Fact]
    public void A_state_never_goes_back()
    {
        var own = Said(Self, "own", state: MessageState.Delivered);
        var waiting = Said(Self, "waiting", state: MessageState.Sending);
        _loaded.Reset([own, waiting], hasEarlier: false, hasLater: false);

        // An event from before the message was read from the disk.
        Assert.False(_loaded.Change(Change(own, MessageState.Sending)));
        Assert.False(_loaded.Change(Change(own, MessageState.Delivered)));
        Assert.True(_loaded.Change(Change(own, MessageState.Read)));
        Assert.True(_loaded.Change(Change(waiting, MessageState.Sending, "RabbitMQ is full.")));
        Assert.True(_loaded.Change(Change(waiting, MessageState.Failed, "bob is away.")));

        Assert.Equal([(MessageState.Read, null), (MessageState.Failed, "bob is away.")], _loaded.All.Select(message => (message.State, message.Reason)));
    }

    [Fact]
    public void A_state_is_that_of_its_senders_message()
    {
        var own = Said(Self, "own", state: MessageState.Sending);
        _loaded.Reset([own, own with { From = "mallory", IsOwn = false, State = MessageState.Delivered }], hasEarlier: false, hasLater: false);

        Assert.True(_loaded.Change(Change(own, MessageState.Confirmed)));
        Assert.False(_loaded.Change(Change(Said(Self, "elsewhere"), MessageState.Confirmed)));

        Assert.Equal([MessageState.Confirmed, MessageState.Delivered], _loaded.All.Select(message => message.State));
    }

    private (int First, int Last, bool HasEarlier, bool HasLater) State
    {
        get
        {
            var numbers = _loaded.All.Select(message => int.Parse(message.Text)).ToList();
            Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
            return (numbers[0], numbers[^1], _loaded.HasEarlier, _loaded.HasLater);
        }
    }

    private static IReadOnlyList<ChatMessage> Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(i => Said("bob", $"{i}"))];

    private static StateEvent Change(ChatMessage message, MessageState state, string? reason = null) =>
        new(message.Id, message.From, message.Conversation, state, reason);
}
