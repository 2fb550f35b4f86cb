using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Publishes this user's messages in one conversation, in order: all that wait in the outbox leave in one signed batch,
/// batches are pipelined, and a message leaves the outbox when the broker has confirmed it. After every fault the unconfirmed
/// messages are sent again with the same ids, and receivers drop duplicates. While the broker accepts nothing, or refuses
/// these messages, each waiting message gives the reason.
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
    // This class tracks confirms: the library would make every publish wait for its own.
    private static readonly CreateChannelOptions WithConfirms = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly BrokerWaitingReason _reason = new(
        conversation, broker, new WaitingReason(conversation, store, self, events, logger), options, time);
    private readonly Bell _bell = new();
    private readonly Bell _settled = new();

    /// <summary>Signals that the outbox has a new message.</summary>
    public void Wake() => _bell.Ring();

    /// <summary>Waits until everything is confirmed, but at most for the given time.</summary>
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
                await broker.UseChannelAsync(
                    channel => broker.Declarations.RunAsync(BrokerFaults.NameOf(conversation), () => route.Declare(channel, stopping)), stopping);
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

    // Messages sent during the alarm are given the reason too.
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Publishing to {Conversation} broke; trying again", EventName = "OutboxBroken")]
        public static partial void Broken(ILogger logger, Conversation conversation, Exception exception);
    }
}
