using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Detects that the broker accepts no publishes, even for a user who sends nothing: RabbitMQ reports an alarm only to a
/// connection that has published since the alarm began. The probe therefore publishes one byte now and then to a queue that
/// does not exist; the broker drops it.
/// </summary>
internal sealed class AlarmProbe(IConnection publishing, Task lost, BrokerAlarm alarm, TimeProvider time)
{
    private const string Nowhere = "chat.probe";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Not empty: RabbitMQ checks for the alarm between a message's header and its body, so a confirm proves that there is none.
    private static readonly byte[] Body = [0];

    private IChannel? _channel;

    /// <summary>Returns once it is known whether the broker accepts publishes, or that it refuses the probe.</summary>
    /// <exception cref="TimeoutException">The broker does not answer.</exception>
    /// <exception cref="OperationInterruptedException">The connection was lost.</exception>
    public async Task FirstAsync(CancellationToken stopping)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _channel = await publishing.OpenChannelAsync(
            lost, new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), stopping);
        _channel.BasicAcksAsync += (_, _) => Answered();
        _channel.ChannelShutdownAsync += (_, shutdown) => Ended(shutdown);
        var changed = alarm.Changed;

        // Not awaited: a publish that cannot leave gets no answer in time either.
        _ = PublishAsync(_channel, stopping);
        var first = await Task.WhenAny(answered.Task, changed, lost).WaitAsync(Patience, time, stopping);
        if (first == lost)
        {
            throw publishing.Ended();
        }

        await first;

        Task Answered()
        {
            answered.TrySetResult();
            return Task.CompletedTask;
        }

        // If the broker closes the channel because of the probe, that is an answer: it refuses the probe. A lost connection closes
        // the channel too, but is no answer.
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

    /// <summary>Repeats the probe until the connection is lost.</summary>
    /// <exception cref="TimeoutException">A publish cannot leave although there is no alarm.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!lost.IsCompleted)
        {
            await await Task.WhenAny(lost, Task.Delay(Every, time, stopping));

            // While the alarm is on, RabbitMQ reports its end unasked. A closed channel means that the broker refused the
            // probe: from then on only a client that publishes learns of an alarm.
            if (!alarm.IsOn && _channel is { IsOpen: true })
            {
                await LeaveAsync(PublishAsync(_channel, stopping), stopping);
            }
        }
    }

    // A publish can hang for longer than the connection lives. During an alarm there may be no room for it.
    private async Task LeaveAsync(Task leaving, CancellationToken stopping)
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
            // The channel or the connection has ended, which its own events report, or this client is stopping.
        }
    }
}
