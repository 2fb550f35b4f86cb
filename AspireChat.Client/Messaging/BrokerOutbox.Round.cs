using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerOutbox
{
    // While so many publishes wait for their confirm, the next one waits for one of them unless it is full: every publish costs each
    // receiver a delivery, a signature check and a commit, so a broker or receivers that fall behind get larger batches.
    private const int MostPartial = 4;

    // One round on one channel. It ends only by an exception, since more messages may always follow.
    private async Task PublishAsync(IConnection connection, IChannel channel, Backoff backoff, CancellationToken stopping)
    {
        var confirms = Channel.CreateUnbounded<BasicAckEventArgs>(new UnboundedChannelOptions { SingleReader = true });
        channel.BasicAcksAsync += (_, ack) =>
        {
            confirms.Writer.TryWrite(ack);
            return Task.CompletedTask;
        };
        channel.BasicNacksAsync += (_, _) => End(confirms, new IOException("the broker refused a publish"));
        channel.BasicReturnAsync += (_, returned) => End(confirms, new IOException($"a publish was returned: {returned.ReplyText}"));
        channel.ChannelShutdownAsync += (_, shutdown) => End(confirms, new OperationInterruptedException(shutdown));

        var window = new PublishWindow();
        var sent = 0L;
        while (true)
        {
            var alarm = broker.Alarm.Changed;
            var mayPublish = true;
            while ((mayPublish = window.Count < options.PublishWindow) && !broker.Alarm.IsOn)
            {
                var batch = store.ReadOutbox(conversation, sent, route.MaxBatch, MessageListCodec.MaxBytes);
                if (batch.Count == 0 || !(mayPublish = window.Count < MostPartial || IsFull(batch)))
                {
                    break;
                }

                sent = batch[^1].Seq;
                window.Add(await channel.GetNextPublishSequenceNumberAsync(stopping), sent, time.GetUtcNow());
                await PublishAsync(channel, batch, connection, stopping);
            }

            if (broker.Alarm.IsOn)
            {
                await _reason.TellAsync();
            }

            await WaitAsync(window, mayPublish, confirms.Reader, alarm, connection, stopping);
            long? through = null;
            while (confirms.Reader.TryRead(out var confirm))
            {
                through = window.Confirm(confirm.DeliveryTag, confirm.Multiple) ?? through;
            }

            if (through is { } last)
            {
                // If that cannot be stored, what was confirmed is sent once more, and must not be sent again and again.
                await SettleAsync(last);
                backoff.Reset();
            }
        }
    }

    private bool IsFull(IReadOnlyList<OutboxMessage> batch) =>
        batch.Count == route.MaxBatch || batch.Sum(message => message.Text.Length) >= MessageListCodec.MaxBytes / 2;

    private async Task PublishAsync(IChannel channel, IReadOnlyList<OutboxMessage> batch, IConnection connection, CancellationToken stopping)
    {
        var properties = new BasicProperties
        {
            ContentType = SignedBatch.ContentType,
            Persistent = route.IsPersistent,
            MessageId = batch[0].Id.ToString(),
        };
        var generation = route.Generation?.Invoke() ?? "";
        var body = SignedBatch.Seal(self, conversation, batch, generation);

        var leaving = channel.BasicPublishAsync(route.Exchange, route.RoutingKey(generation), mandatory: true, properties, body, stopping);
        if (!leaving.IsCompleted)
        {
            await LeaveAsync(leaving.AsTask(), connection);
            return;
        }

        await leaving;
    }

    private async Task LeaveAsync(Task leaving, IConnection connection)
    {
        while (await Task.WhenAny(leaving, Task.Delay(options.PublishDeadline, time)) != leaving)
        {
            // During an alarm there may be no room for more.
            if (!broker.Alarm.IsOn)
            {
                await broker.DiscardAsync(connection, $"a publish could not leave within {options.PublishDeadline.TotalSeconds:0.#} s");
                throw new TimeoutException("A publish could not leave in time.");
            }
        }

        await leaving;
    }

    // Waits for a confirm, for room and something to publish, for a change of the alarm, or for the deadline of the oldest publish.
    private async Task WaitAsync(
        PublishWindow window,
        bool mayPublish,
        ChannelReader<BasicAckEventArgs> confirms,
        Task alarm,
        IConnection connection,
        CancellationToken stopping)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var confirm = confirms.WaitToReadAsync(round.Token).AsTask();
        var more = mayPublish ? _bell.WaitAsync(round.Token) : Task.Delay(Timeout.Infinite, round.Token);
        var late = Task.Delay(Deadline(window), time, round.Token);

        var first = await Task.WhenAny(confirm, more, late, alarm);
        await round.CancelAsync();
        await Task.WhenAll(confirm, more, late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
        if (first == alarm)
        {
            return;
        }

        if (first == late)
        {
            // During an alarm the broker confirms nothing, and a new connection would not help.
            if (broker.Alarm.IsOn || window.Oldest is null || Deadline(window) > TimeSpan.Zero)
            {
                return;
            }

            await broker.DiscardAsync(connection, $"a publish was not confirmed within {options.PublishDeadline.TotalSeconds:0.#} s");
            throw new TimeoutException("A publish was not confirmed in time.");
        }

        await first;
        if (first == more)
        {
            return;
        }

        // A ring at the same moment must not be lost.
        if (more.IsCompletedSuccessfully)
        {
            _bell.Ring();
        }
    }

    private async Task SettleAsync(long through)
    {
        _reason.Works();
        await _reason.InTurnAsync(async () =>
        {
            var confirmed = await store.MarkConfirmedAsync(conversation, through, route.Confirmed);
            route.OnConfirmed?.Invoke(through);
            foreach (var message in confirmed)
            {
                ChatTelemetry.RecordReceipt(conversation, message.Id, message.Trace, message.SentAt);
                events.Publish(new StateEvent(message.Id, self.Name, conversation, route.Confirmed, Reason: null));
            }
        });
        _settled.Ring();
    }

    // Infinite if no publish waits, or during an alarm. A publish that waited for the end of an alarm has its full time from then on.
    private TimeSpan Deadline(PublishWindow window)
    {
        if (broker.Alarm.IsOn || window.Oldest is not { } oldest)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var since = broker.Alarm.ChangedAt > oldest ? broker.Alarm.ChangedAt : oldest;
        return Later(since + options.PublishDeadline - time.GetUtcNow());
    }

    private static TimeSpan Later(TimeSpan wait) => wait > TimeSpan.Zero ? wait : TimeSpan.Zero;

    private static Task End(Channel<BasicAckEventArgs> confirms, Exception why)
    {
        confirms.Writer.TryComplete(why);
        return Task.CompletedTask;
    }
}
