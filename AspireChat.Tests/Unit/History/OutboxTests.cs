using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class OutboxTests : IAsyncDisposable
{
    private static readonly Conversation Bob = Conversation.With("bob");

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_outbox_returns_unsent_messages_in_order_of_seq()
    {
        await AppendAsync(5);
        Assert.Equal([1, 2, 3, 4, 5], Seqs(Messages.ReadOutbox(Bob, 0, 64, 10_000)));
        Assert.Equal([3, 4], Seqs(Messages.ReadOutbox(Bob, 2, 2, 10_000)));
        Assert.Empty(Messages.ReadOutbox(Bob, 5, 64, 10_000));
        Assert.Empty(Messages.ReadOutbox(Conversation.Of("bob"), 0, 64, 10_000));
    }

    [Fact]
    public async Task Unsent_messages_fail_in_one_commit_that_also_frees_their_seqs()
    {
        var group = Conversation.Of("chess");
        await Messages.AppendOwnAsync(group, "one", null);

        // As a crash between two commits would leave it: one succeeded, the other did not.
        await _store.Database.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText =
                "CREATE TRIGGER no_seq_back BEFORE UPDATE OF last_seq ON conversations BEGIN SELECT RAISE(ABORT, 'crash'); END";
            return command.ExecuteNonQuery();
        });

        await Assert.ThrowsAnyAsync<Exception>(() => Messages.MarkUnsentFailedAsync(group, "given up"));
        Assert.Equal(MessageState.Sending, Assert.Single(Messages.ReadPage(group, 10, null)).State);
    }

    [Fact]
    public async Task A_batch_keeps_its_size_limit_but_holds_at_least_one_message()
    {
        for (var i = 0; i < 10; i++)
        {
            await Messages.AppendOwnAsync(Bob, new string('é', 500), null);
        }

        Assert.Equal([1, 2, 3], Seqs(Messages.ReadOutbox(Bob, 0, 64, 3_000)));
        Assert.Equal([1, 2], Seqs(Messages.ReadOutbox(Bob, 0, 64, 2_999)));
        Assert.Equal([1], Seqs(Messages.ReadOutbox(Bob, 0, 64, 10)));
    }

    [Fact]
    public async Task A_receipt_delivers_all_up_to_its_seq_once()
    {
        await AppendAsync(4);
        Assert.Equal([1, 2, 3], Seqs(await Messages.MarkDeliveredAsync(Bob, 3)));
        Assert.Empty(await Messages.MarkDeliveredAsync(Bob, 3));
        Assert.Equal([4], Seqs(Messages.ReadOutbox(Bob, 0, 64, 10_000)));
        Assert.Equal([4], Seqs(await Messages.MarkDeliveredAsync(Bob, long.MaxValue)));

        Assert.Empty(Messages.ListOutboxes(ConversationKind.User));
    }

    [Fact]
    public async Task Only_what_was_delivered_can_be_read()
    {
        await AppendAsync(4);
        await Messages.MarkDeliveredAsync(Bob, 2);

        Assert.Equal([1, 2], Seqs(await Messages.MarkReadByOtherAsync(Bob, 4)));
        Assert.Equal("read read sending sending", States());

        await Messages.MarkDeliveredAsync(Bob, 4);
        Assert.Equal([3, 4], Seqs(await Messages.MarkReadByOtherAsync(Bob, 4)));
        Assert.Equal("read read read read", States());
    }

    [Fact]
    public async Task A_failed_message_says_why_and_is_not_sent_again()
    {
        await AppendAsync(3);
        await Messages.MarkDeliveredAsync(Bob, 1);

        Assert.Equal([2, 3], Seqs(await Messages.MarkFailedAsync(Bob, long.MaxValue, "bob is away.")));
        Assert.Equal("delivered failed failed", States());
        Assert.Equal([null, "bob is away.", "bob is away."], Messages.ReadPage(Bob, 10, null).Select(message => message.Reason));
        Assert.Empty(Messages.ReadOutbox(Bob, 0, 64, 10_000));
        Assert.Empty(await Messages.MarkDeliveredAsync(Bob, 3));
        Assert.Equal(4, (await Messages.AppendOwnAsync(Bob, "next", null)).Seq);
    }

    [Fact]
    public async Task A_waiting_message_says_why_until_the_reason_is_cleared()
    {
        var chess = Conversation.Of("chess");
        await AppendAsync(2);
        await Messages.MarkDeliveredAsync(Bob, 1);
        await Messages.MarkFailedAsync(Bob, 2, "bob is away.");
        await Messages.AppendOwnAsync(chess, "x", null);
        Assert.Equal([1], Seqs(await Messages.ExplainWaitingAsync(chess, "No memory.")));
        Assert.Empty(await Messages.ExplainWaitingAsync(chess, "No memory."));
        Assert.Equal("No memory.", Reason());
        Assert.Equal([1], Seqs(await Messages.ExplainWaitingAsync(chess, null)));
        Assert.Empty(await Messages.ExplainWaitingAsync(chess, null));
        Assert.Null(Reason());

        string? Reason() => Assert.Single(Messages.ReadPage(chess, 10, null)).Reason;
    }

    [Fact]
    public async Task A_new_process_does_not_repeat_why_messages_waited_in_the_last_one()
    {
        using var folder = new TempFolder("reasons");
        await using (var before = new LocalStore(path: folder.FullName))
        {
            await before.Messages.AppendOwnAsync(Bob, "lost", null);
            await before.Messages.MarkFailedAsync(Bob, 1, "bob is away.");
            await before.Messages.AppendOwnAsync(Bob, "waits", null);
            await before.Messages.ExplainWaitingAsync(Bob, "No memory.");
        }

        await using var after = new LocalStore(path: folder.FullName);
        Assert.Equal(["bob is away.", null], after.Messages.ReadPage(Bob, 10, null).Select(message => message.Reason));
    }

    [Fact]
    public async Task The_outbox_lists_the_conversations_with_waiting_messages()
    {
        await AppendAsync(1);
        await Messages.AppendOwnAsync(Conversation.With("carol"), "x", null);
        await Messages.AppendOwnAsync(Conversation.Of("group"), "x", null);
        await Messages.SetChatStateAsync("dora", ChatState.Open);
        Assert.Equal(["bob", "carol"], Messages.ListOutboxes(ConversationKind.User).Order());
        Assert.Equal(["group"], Messages.ListOutboxes(ConversationKind.Group));

        await Messages.MarkDeliveredAsync(Bob, 1);
        Assert.Equal(["carol"], Messages.ListOutboxes(ConversationKind.User));
    }

    [Fact]
    public async Task Received_messages_are_never_in_the_outbox_nor_changed_by_receipts()
    {
        var received = new ReceivedMessage(Guid.CreateVersion7(), 1, "from bob", DateTimeOffset.UnixEpoch, default);
        await Messages.StoreReceivedAsync(Bob, "bob", new string('b', 64), [received]);

        Assert.Empty(Messages.ReadOutbox(Bob, 0, 64, 10_000));
        Assert.Empty(await Messages.MarkReadByOtherAsync(Bob, 10));
        Assert.Empty(await Messages.MarkFailedAsync(Bob, 10, "no"));
        Assert.Equal("delivered", States());
    }

    private async Task AppendAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Messages.AppendOwnAsync(Bob, $"{i}", null);
        }
    }

    private string States() => string.Join(
        ' ', Messages.ReadPage(Bob, 100, null).Select(message => message.State.ToString().ToLowerInvariant()));

    private static IEnumerable<long> Seqs(IEnumerable<OutboxMessage> messages) => messages.Select(message => message.Seq);
}
