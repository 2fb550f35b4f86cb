using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerConnection
{
    /// <summary>
    /// Opens a channel for publishing, lends it to the caller, and closes it. Like <see cref="UseChannelAsync"/>, except that a
    /// broker that accepts no publishes does not answer on this connection, which is no reason to give it up.
    /// </summary>
    /// <param name="use">Uses the channel for nothing but publishing; both belong to the caller until this returns.</param>
    /// <param name="so">What cannot be done while the broker accepts nothing, as the second half of a sentence.</param>
    /// <param name="stopping">Cancelled when the caller stops.</param>
    /// <param name="options">How the channel is made; null for the library's defaults.</param>
    /// <param name="patience">How long to wait for a connection; null for no limit.</param>
    /// <exception cref="ChatException">The broker accepts no publishes.</exception>
    /// <exception cref="TimeoutException">There was no connection within <paramref name="patience"/>.</exception>
    public async Task UsePublishingAsync(
        Func<IConnection, IChannel, Task> use,
        string so,
        CancellationToken stopping,
        CreateChannelOptions? options = null,
        TimeSpan? patience = null)
    {
        var (_, connection, lost) = await _current.Task.WaitAsync(patience ?? Timeout.InfiniteTimeSpan, _time, stopping);
        try
        {
            var channel = await OpenPublishingAsync(connection, lost, so, options, stopping);
            try
            {
                await use(connection, channel);
            }
            finally
            {
                await ClosePublishingAsync(connection, channel, stopping);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && !Alarm.IsOn)
        {
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    /// <summary>
    /// Publishes something that is worthless later: gives up at the publish deadline or at an alarm. A broker that has not
    /// taken the publish by the deadline is stuck, and the whole connection is given up.
    /// </summary>
    /// <param name="connection">The publishing connection.</param>
    /// <param name="publish">Publishes; completes when the message has left or, with confirms, when the broker has it.</param>
    /// <param name="so">What cannot be done while the broker accepts nothing, as the second half of a sentence.</param>
    /// <exception cref="ChatException">The broker accepts no publishes.</exception>
    /// <exception cref="TimeoutException">The broker did not take the publish in time.</exception>
    public async Task PublishAsync(IConnection connection, Func<ValueTask> publish, string so)
    {
        var changed = Alarm.Changed;
        var taken = publish().AsTask();
        using var done = new CancellationTokenSource();
        var late = Task.Delay(_options.Value.PublishDeadline, _time, done.Token);
        try
        {
            while (!taken.IsCompleted)
            {
                var first = await Task.WhenAny(taken, changed, late);
                if (taken.IsCompleted)
                {
                    break;
                }

                // The change may also have been the end of an alarm.
                changed = Alarm.Changed;
                Alarm.ThrowIfOn(so);
                if (first == late)
                {
                    await DiscardAsync(connection, $"a publish was not taken within {_options.Value.PublishDeadline.TotalSeconds:0.#} s");
                    throw new TimeoutException("A publish was not taken in time.");
                }
            }

            await taken;
        }
        finally
        {
            await done.CancelAsync();
            if (!taken.IsCompleted)
            {
                LogFault(taken);
            }
        }
    }

    // Another client's publish can start the alarm for this connection while the channel is being opened.
    private async Task<IChannel> OpenPublishingAsync(
        IConnection connection, Task lost, string so, CreateChannelOptions? options, CancellationToken stopping)
    {
        var changed = Alarm.Changed;
        Alarm.ThrowIfOn(so);
        var opening = connection.OpenChannelAsync(lost, options, stopping);
        await Task.WhenAny(opening, changed);
        if (!opening.IsCompleted && Alarm.IsOn)
        {
            _ = CloseWhenOpenAsync(opening);
            Alarm.ThrowIfOn(so);
        }

        return await opening;
    }

    private async Task CloseWhenOpenAsync(Task<IChannel> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception e)
        {
            Log.Broken(_logger, e);
        }
    }

    // During an alarm the broker does not read the request to close the channel; it reads it afterwards.
    private async Task ClosePublishingAsync(IConnection connection, IChannel channel, CancellationToken stopping)
    {
        var changed = Alarm.Changed;
        var closed = channel.DisposeAsync().AsTask();
        if (!Alarm.IsOn && await Task.WhenAny(closed, changed, Task.Delay(PatienceWithClosing(stopping), _time, CancellationToken.None)) != closed && !Alarm.IsOn)
        {
            await DiscardAsync(connection, "it does not close a channel");
        }

        if (Alarm.IsOn)
        {
            LogFault(closed);
            return;
        }

        await closed;
    }

    // Logs the fault of a task that is no longer awaited.
    private void LogFault(Task abandoned) => _ = abandoned.ContinueWith(
        end => Log.Broken(_logger, end.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    // Only the open connection may set the alarm; a lost one may still raise events.
    private Task AlarmAsync(bool isOn, Task lost)
    {
        if (lost.IsCompleted)
        {
            return Task.CompletedTask;
        }

        Alarm.Set(isOn);
        Show();
        if (isOn)
        {
            Log.Alarm(_logger);
        }
        else
        {
            Log.AlarmOver(_logger);
        }

        return Task.CompletedTask;
    }
}
