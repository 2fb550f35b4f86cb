using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>The store moves messages along all steps of <see cref="MessageStates"/> and along no others.</summary>
public sealed class StateStepTests : IAsyncDisposable
{
    private const string BobsKey = "key of bob";

    private static readonly Conversation Bob = Conversation.With("bob");

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(MessageState.Delivered)]
    [InlineData(MessageState.Read)]
    [InlineData(MessageState.Confirmed)]
    [InlineData(MessageState.Sent)]
    [InlineData(MessageState.Failed)]
    public async Task A_sent_message_gets_a_state_only_from_states_it_may_follow(MessageState state)
    {
        var moved = new List<MessageState>();
        foreach (var from in Enum.GetValues<MessageState>().Where(from => from != state))
        {
            var sent = await Messages.AppendOwnAsync(Bob, "hello", null);
            await SetAsync(from);
            if ((await MarkAsync(state)).Count > 0
                || (state == MessageState.Delivered && (await Messages.MarkDeliveredAsync(Bob, [sent.Id])).Count > 0))
            {
                moved.Add(from);
            }

            await SetAsync(state);
        }

        Assert.NotEmpty(moved);
        Assert.Equal(MessageStates.Before(state, isOwn: true), moved);
    }

    [Fact]
    public async Task A_received_insult_is_settled_only_from_states_delivered_may_follow()
    {
        var moved = new List<MessageState>();
        foreach (var from in Enum.GetValues<MessageState>().Where(from => from != MessageState.Delivered))
        {
            var id = Guid.CreateVersion7();
            await Messages.StoreReceivedAsync(
                Conversation.Insults, "bob", BobsKey, [new(id, 1, "boo", DateTimeOffset.UnixEpoch, default)], state: from);
            if (await Messages.SettleHeldAsync(BobsKey, id, isOwn: true) is not null)
            {
                moved.Add(from);
            }
        }

        Assert.Equal(MessageStates.Before(MessageState.Delivered, isOwn: false), moved);
    }

    private Task<IReadOnlyList<OutboxMessage>> MarkAsync(MessageState state) => state switch
    {
        MessageState.Delivered => Messages.MarkDeliveredAsync(Bob, long.MaxValue),
        MessageState.Read => Messages.MarkReadByOtherAsync(Bob, long.MaxValue),
        MessageState.Failed => Messages.MarkFailedAsync(Bob, long.MaxValue, "It is too late."),
        _ => Messages.MarkConfirmedAsync(Bob, long.MaxValue, state),
    };

    // Sets the state directly, however the message may have reached it.
    private Task<int> SetAsync(MessageState state) => _store.Database.WriteAsync(connection =>
    {
        connection.Command("UPDATE conversations SET delivered_through = 0, read_by_other = 0").Run();
        return connection.Command("UPDATE messages SET state = $state", ("$state", (int)state)).Run();
    });
}
