using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Finds out that the broker takes no publishes, also for somebody who has nothing to say: RabbitMQ tells it only to a
/// connection that has published since its alarm began. So one byte is published now and then, to a queue that is not there;
/// the broker drops it.
/// </summary>
internal sealed class AlarmProbe(IConnection publishing, BrokerAlarm alarm, TimeProvider time)
{
    private const string Nowhere = "chat.probe";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Not an empty one: RabbitMQ finds the alarm between a message's header and its body, so a confirm says that there is none.
    private static readonly byte[] Body = [0];

    private IChannel? _channel;

    /// <summary>Returns when it is known whether the broker takes publishes, or that it lets nobody ask that way.</summary>
    /// <exception cref="TimeoutException">The broker does not answer.</exception>
    /// <exception cref="OperationInterruptedException">The connection was lost.</exception>
    public async Task FirstAsync(CancellationToken stopping)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _channel = await publishing.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), stopping);
        _channel.BasicAcksAsync += (_, _) => Answered();
        _channel.ChannelShutdownAsync += (_, shutdown) => Ended(shutdown);
        var changed = alarm.Changed;

        // Not waited for by itself: one that cannot leave has no answer in time either.
        _ = PublishAsync(_channel, stopping);
        await (await Task.WhenAny(answered.Task, changed).WaitAsync(Patience, time, stopping));

        Task Answered()
        {
            answered.TrySetResult();
            return Task.CompletedTask;
        }

        // A channel that was closed for what was asked of it is an answer: not this way. A lost connection closes it too, and
        // is none.
        Task Ended(ShutdownEventArgs shutdown)
        {
            var end = new OperationInterruptedException(shutdown);
            if (publishing.IsOpen && BrokerRefusal.Of(end) is not null)
            {
                return Answered();
            }

            answered.TrySetException(end);
            return Task.CompletedTask;
        }
    }

    /// <summary>Asks again and again until the connection is lost.</summary>
    /// <exception cref="TimeoutException">What is published cannot leave, and that is not for an alarm.</exception>
    public async Task RunAsync(Task lost, CancellationToken stopping)
    {
        while (!lost.IsCompleted)
        {
            await await Task.WhenAny(lost, Task.Delay(Every, time, stopping));

            // While the alarm is on, its end is told without asking. A channel that is closed was refused: then only who
            // publishes learns of an alarm.
            if (!alarm.IsOn && _channel is { IsOpen: true })
            {
                await LeaveAsync(PublishAsync(_channel, stopping), lost, stopping);
            }
        }
    }

    // A publish can hang for longer than the connection lives. As long as an alarm lasts there may be no room for it.
    private async Task LeaveAsync(Task leaving, Task lost, CancellationToken stopping)
    {
        while (!leaving.IsCompleted && !lost.IsCompleted)
        {
            var changed = alarm.Changed;
            var late = Task.Delay(alarm.IsOn ? Timeout.InfiniteTimeSpan : Patience, time, stopping);
            if (await Task.WhenAny(leaving, lost, changed, late) == late)
            {
                await late;
                throw new TimeoutException("A publish could not leave in time.");
            }
        }
    }

    private static async Task PublishAsync(IChannel channel, CancellationToken stopping)
    {
        try
        {
            await channel.BasicPublishAsync(exchange: "", Nowhere, mandatory: false, Body, stopping);
        }
        catch (Exception)
        {
            // The channel or the connection has ended, which its own events say, or this client ends.
        }
    }
}
