using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using RabbitMQ.Client;

namespace AspireChat.Client.Discovery;

/// <summary>
/// Sends answers to surveys, on one channel that stays open: opening and closing one costs the broker more than the answer, and
/// all clients answer at once. What the broker refuses ends the channel together with the answers that followed at once; their
/// askers may ask again, and the next answer has a new channel.
/// </summary>
/// <param name="broker">The connection.</param>
/// <param name="options">Limits and waits.</param>
/// <param name="time">The clock.</param>
internal sealed class SurveyReplies(BrokerConnection broker, BrokerOptions options, TimeProvider time)
{
    private const string So = "no survey can be answered";

    private TaskCompletionSource<Opened> _opened = NewSource();

    /// <summary>Keeps a channel open until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.MaxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            var alarm = broker.Alarm.Changed;
            try
            {
                await broker.UsePublishingAsync((connection, channel) => LendAsync(connection, channel, backoff, stopping), So, stopping);
            }
            catch (Exception)
            {
                // The client stops, or tries again; the connection reports its own faults.
            }

            await Task.WhenAny(Task.Delay(backoff.Next(), time, stopping), alarm);
        }
    }

    /// <summary>Sends one answer; returns when it has left. Not safe for concurrent use.</summary>
    /// <exception cref="ChatException">The broker accepts no publishes.</exception>
    /// <exception cref="TimeoutException">There was no channel in time, or the broker did not take the answer in time.</exception>
    public async Task SendAsync(string replyTo, BasicProperties properties, byte[] answer, CancellationToken cancellationToken)
    {
        broker.Alarm.ThrowIfOn(So);
        var (connection, channel) = await Volatile.Read(ref _opened).Task.WaitAsync(options.PublishDeadline, time, cancellationToken);

        // Not mandatory: an asker that has gone needs no answer.
        await broker.PublishAsync(
            connection, () => channel.BasicPublishAsync(exchange: "", replyTo, mandatory: false, properties, answer, cancellationToken), So);
    }

    private async Task LendAsync(IConnection connection, IChannel channel, Backoff backoff, CancellationToken stopping)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        if (!channel.IsOpen)
        {
            return;
        }

        _opened.SetResult(new Opened(connection, channel));
        backoff.Reset();
        try
        {
            await closed.Task.WaitAsync(stopping);
        }
        finally
        {
            Volatile.Write(ref _opened, NewSource());
        }
    }

    private static TaskCompletionSource<Opened> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Opened(IConnection Connection, IChannel Channel);
}
