using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Where the messages of a conversation are published.</summary>
/// <param name="Exchange">The exchange; empty for the default one.</param>
/// <param name="RoutingKey">The routing key: a queue's name on the default exchange.</param>
/// <param name="IsPersistent">Whether the broker must keep them over a restart.</param>
/// <param name="Confirmed">The state of a message that the broker has confirmed.</param>
/// <param name="Declare">Declares what the publish needs; idempotent.</param>
/// <param name="MaxBatch">How many messages may leave in one publish: 1 to <see cref="MessageListCodec.MaxMessages"/>.</param>
/// <param name="Generation">To a group: the creation of it for which a publish is signed.</param>
/// <param name="OnConfirmed">
/// Told up to which seq all is confirmed, before anybody else is, but not before that is on disk: after a crash the count
/// must not be behind what was told. Must be quick.
/// </param>
internal sealed record OutboxRoute(
    string Exchange,
    string RoutingKey,
    bool IsPersistent,
    MessageState Confirmed,
    Func<IChannel, CancellationToken, Task> Declare,
    int MaxBatch = MessageListCodec.MaxMessages,
    Func<string>? Generation = null,
    Action<long>? OnConfirmed = null);

/// <summary>
/// Publishes the own messages of one conversation, in order: what is waiting in the outbox leaves in one signed
/// batch, batches are pipelined, and a message leaves the outbox when the broker has confirmed it. After every fault
/// the unconfirmed ones are sent again with the same ids, and receivers drop what they have. While the broker takes nothing,
/// or refuses this, what waits says why.
/// </summary>
internal sealed partial class BrokerOutbox(
    Conversation conversation,
    OutboxRoute route,
    BrokerConnection broker,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    BrokerOptions options,
    TimeProvider time,
    ILogger logger)
{
    // Tracked here: the library would make every publish wait for its own.
    private static readonly CreateChannelOptions WithConfirms = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly WaitingReason _reason = new(conversation, broker, store, self, events, options, time, logger);
    private readonly Bell _bell = new();
    private readonly Bell _settled = new();

    /// <summary>There is something in the outbox.</summary>
    public void Wake() => _bell.Ring();

    /// <summary>Waits until everything is confirmed, but not longer than given.</summary>
    public async Task DrainAsync(TimeSpan atMost)
    {
        var end = time.GetUtcNow() + atMost;
        while (!IsEmpty && time.GetUtcNow() < end)
        {
            await _settled.WaitAsync(Later(end - time.GetUtcNow()), time, CancellationToken.None);
        }
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var explaining = _reason.RunAsync(end.Token);
        try
        {
            await PublishAsync(stopping);
        }
        finally
        {
            await end.CancelAsync();
            await explaining;
            await _reason.ForgetAsync();
        }
    }

    private async Task PublishAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (IsEmpty)
                {
                    await _bell.WaitAsync(stopping);
                }

                await WaitForAlarmAsync(stopping);
                await broker.UseChannelAsync(channel => route.Declare(channel, stopping), stopping);
                await broker.UsePublishingAsync(
                    (connection, channel) => PublishAsync(connection, channel, backoff, stopping), "this waits", stopping, WithConfirms);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.Broken(logger, conversation, e);
                if (BrokerRefusal.Of(e) is { } refusal)
                {
                    await _reason.RefusedAsync(refusal);
                }
            }

            try
            {
                await Task.Delay(backoff.Next(), time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private bool IsEmpty => store.ReadOutbox(conversation, after: 0, count: 1, bytes: 0).Count == 0;

    // What is said meanwhile is told as well why it waits.
    private async Task WaitForAlarmAsync(CancellationToken stopping)
    {
        while (true)
        {
            var changed = broker.Alarm.Changed;
            if (!broker.Alarm.IsOn)
            {
                return;
            }

            await _reason.TellAsync();
            using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var more = _bell.WaitAsync(round.Token);
            await Task.WhenAny(changed, more);
            await round.CancelAsync();
            await more.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.ThrowIfCancellationRequested();
        }
    }

    // One round on one channel; ends by an exception, since there is always more to come.
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
            while (window.Count < options.PublishWindow && !broker.Alarm.IsOn)
            {
                var batch = store.ReadOutbox(conversation, sent, route.MaxBatch, MessageListCodec.MaxBytes);
                if (batch.Count == 0)
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

            await WaitAsync(window, confirms.Reader, alarm, connection, stopping);
            long? through = null;
            while (confirms.Reader.TryRead(out var confirm))
            {
                through = window.Confirm(confirm.DeliveryTag, confirm.Multiple) ?? through;
            }

            if (through is { } last)
            {
                backoff.Reset();
                await SettleAsync(last);
            }
        }
    }

    private async Task PublishAsync(IChannel channel, IReadOnlyList<OutboxMessage> batch, IConnection connection, CancellationToken stopping)
    {
        var properties = new BasicProperties
        {
            ContentType = SignedBatch.ContentType,
            Persistent = route.IsPersistent,
            MessageId = batch[0].Id.ToString(),
        };
        var body = SignedBatch.Seal(self, conversation, batch, route.Generation?.Invoke() ?? "");

        var leaving = channel.BasicPublishAsync(route.Exchange, route.RoutingKey, mandatory: true, properties, body, stopping);
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
            // As long as the alarm lasts there may be no room for more.
            if (!broker.Alarm.IsOn)
            {
                await broker.DiscardAsync(connection, $"a publish could not leave within {options.PublishDeadline.TotalSeconds:0.#} s");
                throw new TimeoutException("A publish could not leave in time.");
            }
        }

        await leaving;
    }

    // For a confirm, for room and something to publish, for the alarm or its end, or for the deadline of the oldest publish.
    private async Task WaitAsync(
        PublishWindow window, ChannelReader<BasicAckEventArgs> confirms, Task alarm, IConnection connection, CancellationToken stopping)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var confirm = confirms.WaitToReadAsync(round.Token).AsTask();
        var more = window.Count < options.PublishWindow ? _bell.WaitAsync(round.Token) : Task.Delay(Timeout.Infinite, round.Token);
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
            // While the alarm lasts nothing is confirmed, and a new connection would help nobody.
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

        // A ring that came in the same moment must not be lost.
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

    // Never, if nothing waits, or while the alarm lasts. What waited for its end has its whole time from then on.
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Publishing to {Conversation} broke; trying again", EventName = "OutboxBroken")]
        public static partial void Broken(ILogger logger, Conversation conversation, Exception exception);
    }
}
