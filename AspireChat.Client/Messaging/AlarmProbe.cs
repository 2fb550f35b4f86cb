using RabbitMQ.Client;

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
    public async Task FirstAsync(CancellationToken stopping)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _channel = await publishing.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), stopping);
        _channel.BasicAcksAsync += (_, _) => Answered();
        _channel.ChannelShutdownAsync += (_, _) => Answered();
        var changed = alarm.Changed;
        await PublishAsync(_channel, stopping);
        await (await Task.WhenAny(answered.Task, changed).WaitAsync(Patience, time, stopping));

        Task Answered()
        {
            answered.TrySetResult();
            return Task.CompletedTask;
        }
    }

    /// <summary>Asks again and again until the connection is lost.</summary>
    public async Task RunAsync(Task lost, CancellationToken stopping)
    {
        while (!lost.IsCompleted)
        {
            await await Task.WhenAny(lost, Task.Delay(Every, time, stopping));

            // While the alarm is on, its end is told without asking. A channel that is closed was refused: then only who
            // publishes learns of an alarm.
            if (!alarm.IsOn && _channel is { IsOpen: true })
            {
                await PublishAsync(_channel, stopping);
            }
        }
    }

    private static async Task PublishAsync(IChannel channel, CancellationToken stopping)
    {
        try
        {
            await channel.BasicPublishAsync(exchange: "", Nowhere, mandatory: false, Body, stopping);
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            // The channel or the connection has ended, which its own events say.
        }
    }
}
