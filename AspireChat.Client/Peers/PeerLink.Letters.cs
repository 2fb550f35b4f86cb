using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Mailbox;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Peers;

internal sealed partial class PeerLink
{
    // How long to wait for news of a user for whom everything is left: the name server's list and receipts tell of a return.
    private static readonly TimeSpan UntilHeardOf = TimeSpan.FromSeconds(30);

    // Events about a message must be published in the order in which its states were stored: receipts come by letter too.
    private readonly Turn _turn = new();

    /// <summary>Takes a receipt that came by letter.</summary>
    public Task TakeReceiptAsync(OpenedReceipt receipt) => _turn.RunAsync(async () =>
    {
        TellDelivered(await store.MarkDeliveredAsync(_conversation, receipt.Stored));
        TellRead(await store.MarkReadByOtherAsync(_conversation, receipt.ReadThrough));
    });

    // Leaves copies of what is on its way; the outbox keeps each message until its receipt.
    private async Task LeaveLettersAsync(CancellationToken stopping)
    {
        try
        {
            if (Unsent(count: 1, bytes: 0).Count > 0)
            {
                await letters.SendAsync(user, () => Unsent(MessageListCodec.MaxMessages, MessageListCodec.MaxBytes), LeftAsync, stopping);
            }

            _isLeft = true;
            _stayConnected &= !IsOutboxEmpty;
        }
        catch (MailboxFullException e)
        {
            await ExplainAsync(e.Message);
        }
        catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
        {
            await ExplainAsync(e.Message);
        }
    }

    private IReadOnlyList<OutboxMessage> Unsent(int count, int bytes) =>
        store.ReadOutbox(_conversation, after: 0, count, bytes, MessageState.Sending);

    private Task LeftAsync(IReadOnlyList<OutboxMessage> batch) => _turn.RunAsync(async () =>
    {
        foreach (var message in await store.MarkConfirmedAsync(_conversation, batch[^1].Seq, MessageState.Stored))
        {
            ChatTelemetry.RecordStored(_conversation, message.Id, message.Trace);
            Publish(message.Id, MessageState.Stored);
        }
    });

    private Task ExplainAsync(string reason) => _turn.RunAsync(async () =>
    {
        foreach (var message in await store.ExplainWaitingAsync(_conversation, reason))
        {
            Publish(message.Id, MessageState.Sending, reason);
        }
    });

    private void TellDelivered(IReadOnlyList<OutboxMessage> delivered)
    {
        foreach (var message in delivered)
        {
            ChatTelemetry.RecordReceipt(_conversation, message.Id, message.Trace, message.SentAt);
            Publish(message.Id, MessageState.Delivered);
        }
    }

    private void TellRead(IReadOnlyList<OutboxMessage> read)
    {
        foreach (var message in read)
        {
            ChatTelemetry.RecordRead(_conversation, message.Id, message.Trace);
            Publish(message.Id, MessageState.Read);
        }
    }

    private void Publish(Guid id, MessageState state, string? reason = null) =>
        events.Publish(new StateEvent(id, dialer.Self, _conversation, state, reason));
}
