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

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(5);

    // Events about a message must be published in the order in which its states were stored: receipts come by letter too.
    private readonly Turn _turn = new();

    // What the broker has and this client could not mark yet: with a full disk the same letter must not be left again and again.
    private long? _confirmed;

    /// <summary>Takes a receipt that came by letter.</summary>
    /// <returns>Whether it tells of a message that was not known to have arrived.</returns>
    public async Task<bool> TakeReceiptAsync(OpenedReceipt receipt)
    {
        var hasNews = false;
        await _turn.RunAsync(async () =>
        {
            var delivered = await store.MarkDeliveredAsync(_conversation, receipt.Stored);
            hasNews = delivered.Count > 0;
            TellDelivered(delivered);
            TellRead(await store.MarkReadByOtherAsync(_conversation, receipt.ReadThrough));
        });
        if (hasNews)
        {
            // The user who has left it is probably there.
            _bell.Ring();
        }

        return hasNews;
    }

    /// <summary>Gives up on what waits in a mailbox that only another key than the now trusted one opens.</summary>
    public Task GiveUpLettersAsync(string reason) => _turn.RunAsync(async () =>
    {
        foreach (var message in await store.MarkStoredFailedAsync(_conversation, reason))
        {
            Publish(message.Id, MessageState.Failed, reason);
        }
    });

    // Leaves copies of what is on its way; the outbox keeps each message until its receipt.
    private async Task LeaveLettersAsync(CancellationToken stopping)
    {
        try
        {
            if (_confirmed is not null)
            {
                await MarkLeftAsync();
            }

            if (Unsent(count: 1, bytes: 0).Count > 0)
            {
                var since = time.GetTimestamp();
                await letters.SendAsync(user, () => NextAsync(since, stopping), LeftAsync, stopping);
            }

            _isLeft = Unsent(count: 1, bytes: 0).Count == 0;
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

    // Stays for a moment when all is left: who writes line after line needs no new channel for each. Not for long, since the user may
    // be back.
    private async Task<IReadOnlyList<OutboxMessage>> NextAsync(long since, CancellationToken stopping)
    {
        if (time.GetElapsedTime(since) > LongestStay)
        {
            return [];
        }

        var batch = Unsent(MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
        if (batch.Count == 0 && await _bell.WaitAsync(Linger, time, stopping))
        {
            batch = Unsent(MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);
            if (batch.Count == 0)
            {
                // It rang for something else: the user is back.
                _bell.Ring();
            }
        }

        return batch;
    }

    private IReadOnlyList<OutboxMessage> Unsent(int count, int bytes) =>
        store.ReadOutbox(_conversation, after: 0, count, bytes, MessageState.Sending);

    private Task LeftAsync(IReadOnlyList<OutboxMessage> batch)
    {
        _confirmed = batch[^1].Seq;
        return MarkLeftAsync();
    }

    private Task MarkLeftAsync() => _turn.RunAsync(async () =>
    {
        foreach (var message in await store.MarkConfirmedAsync(_conversation, _confirmed!.Value, MessageState.Stored))
        {
            ChatTelemetry.RecordStored(_conversation, message.Id, message.Trace);
            Publish(message.Id, MessageState.Stored);
        }

        _confirmed = null;
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
