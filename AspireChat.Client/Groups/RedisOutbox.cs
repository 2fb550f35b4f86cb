using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using StackExchange.Redis;

namespace AspireChat.Client.Groups;

/// <summary>
/// Sends this user's messages in one group by Redis, in order: all that wait in the outbox leave in one signed batch, the next one when
/// Redis has answered. After a fault the batch is sent again with the same ids, and receivers drop duplicates. While Redis is away or
/// refuses the batch, each waiting message gives the reason.
/// </summary>
/// <param name="group">The group.</param>
/// <param name="room">Its room.</param>
/// <param name="confirmed">The state of a message that Redis has taken.</param>
/// <param name="send">Sends a batch that is signed for a generation.</param>
/// <param name="store">The outbox.</param>
/// <param name="self">The signer.</param>
/// <param name="events">Told of states.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs faults.</param>
internal sealed partial class RedisOutbox(
    string group,
    GroupRoom room,
    MessageState confirmed,
    Func<byte[], string, CancellationToken, Task> send,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>The longest wait between two tries at Redis, whether to send or to read.</summary>
    public static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(3);

    // An answer that does not pass by itself shows after some tries.
    private static readonly TimeSpan Passing = TimeSpan.FromSeconds(2);

    private readonly Conversation _conversation = Conversation.Of(group);
    private readonly WaitingReason _reason = new(Conversation.Of(group), store, self, events, logger);
    private readonly Bell _bell = new();
    private readonly Bell _settled = new();
    private DateTimeOffset? _refusedSince;

    /// <summary>Signals that the outbox has a new message.</summary>
    public void Wake() => _bell.Ring();

    /// <summary>Waits until everything is sent, but at most for the given time.</summary>
    public async Task DrainAsync(TimeSpan atMost)
    {
        var end = time.GetUtcNow() + atMost;
        while (Next(after: 0).Count > 0 && end - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await _settled.WaitAsync(left, time, CancellationToken.None);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await SendAsync(stopping);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // What is left waits in the outbox.
        }
        finally
        {
            await _reason.TellAsync(() => null);
        }
    }

    private async Task SendAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), MaxBackoff);
        var sent = 0L;

        // A batch is stored as sent while the next one is under way. What could not be stored so, because the disk is full for example,
        // is not sent again.
        var settling = Task.CompletedTask;
        while (true)
        {
            try
            {
                if (settling.IsFaulted)
                {
                    settling = SettleAsync(sent);
                }

                var batch = Next(after: sent);
                if (batch.Count == 0)
                {
                    await settling;
                    backoff.Reset();
                    await _bell.WaitAsync(stopping);
                    continue;
                }

                var generation = room.Generations.Current;
                await send(SignedBatch.Seal(self, _conversation, batch, generation), generation, stopping);
                Works();
                sent = batch[^1].Seq;
                await settling;
                settling = SettleAsync(sent);
                backoff.Reset();
                continue;
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                await settling;
                throw;
            }
            catch (Exception e)
            {
                await FailAsync(e);
            }

            await Task.Delay(backoff.Next(), time, stopping);
        }
    }

    private void Works()
    {
        if (_refusedSince is not null)
        {
            _refusedSince = null;
            Log.Mended(logger, group);
        }
    }

    private async Task FailAsync(Exception e)
    {
        Log.Broken(logger, group, e);
        var refusal = (e.InnerException as RedisServerException)?.Message;
        if (refusal is not null && _refusedSince is null)
        {
            _refusedSince = time.GetUtcNow();
            Log.Refused(logger, group, refusal);
        }

        await _reason.TellAsync(() => refusal is null
            ? (e as ChatException)?.Message
            : time.GetUtcNow() - _refusedSince < Passing ? null : $"Redis refuses what is sent to {group}: {refusal.TrimEnd('.')}.");
    }

    private IReadOnlyList<OutboxMessage> Next(long after) =>
        store.ReadOutbox(_conversation, after, MessageListCodec.MaxMessages, MessageListCodec.MaxBytes);

    private async Task SettleAsync(long through)
    {
        await _reason.InTurnAsync(async () =>
        {
            var settled = await store.MarkConfirmedAsync(_conversation, through, confirmed);
            room.Spoken.Confirmed();
            foreach (var message in settled)
            {
                ChatTelemetry.RecordReceipt(_conversation, message.Id, message.Trace, message.SentAt, ChatTelemetry.Redis);
                events.Publish(new StateEvent(message.Id, self.Name, _conversation, confirmed, Reason: null));
            }
        });
        _settled.Ring();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Sending to the group {Group} by Redis broke; trying again", EventName = "RedisOutboxBroken")]
        public static partial void Broken(ILogger logger, string group, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Redis refuses what is sent to the group {Group}: {Reason}; trying again until that is mended", EventName = "RedisRefuses")]
        public static partial void Refused(ILogger logger, string group, string reason);

        [LoggerMessage(3, LogLevel.Information, "Redis takes what is sent to the group {Group} again", EventName = "RedisRefusesNoMore")]
        public static partial void Mended(ILogger logger, string group);
    }
}
