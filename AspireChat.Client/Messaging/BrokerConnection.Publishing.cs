using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerConnection
{
    /// <summary>
    /// Opens a channel for publishing, lends it out, and closes it. As <see cref="UseChannelAsync"/>, except that a broker
    /// which takes no publishes now answers nothing there, which is no reason to give the connection up.
    /// </summary>
    /// <param name="use">Uses the channel, for nothing but publishing; both are the caller's until it returns.</param>
    /// <param name="so">What cannot be done while the broker takes nothing, as the second half of a sentence.</param>
    /// <param name="stopping">The caller's own end.</param>
    /// <param name="options">How the channel is made; null for the library's defaults.</param>
    /// <param name="patience">How long to wait for a connection; null for ever.</param>
    /// <exception cref="ChatException">The broker takes no publishes.</exception>
    /// <exception cref="TimeoutException">There was no connection within <paramref name="patience"/>.</exception>
    public async Task UsePublishingAsync(
        Func<IConnection, IChannel, Task> use,
        string so,
        CancellationToken stopping,
        CreateChannelOptions? options = null,
        TimeSpan? patience = null)
    {
        var connection = (await _current.Task.WaitAsync(patience ?? Timeout.InfiniteTimeSpan, _time, stopping)).Publishing;
        try
        {
            var channel = await OpenPublishingAsync(connection, so, options, stopping);
            try
            {
                await use(connection, channel);
            }
            finally
            {
                await ClosePublishingAsync(connection, channel);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && !Alarm.IsOn)
        {
            await DiscardAsync(connection, "it did not answer in time");
            throw;
        }
    }

    /// <summary>
    /// Publishes what is worth nothing later: it ends with the deadline of a publish, or with an alarm. A broker that does not
    /// take it by then is stuck, and the whole connection is given up.
    /// </summary>
    /// <param name="connection">The publishing connection.</param>
    /// <param name="publish">Publishes; done when it has left or, with confirms, when the broker has it.</param>
    /// <param name="so">What cannot be done while the broker takes nothing, as the second half of a sentence.</param>
    /// <exception cref="ChatException">The broker takes no publishes.</exception>
    /// <exception cref="TimeoutException">It was not taken in time.</exception>
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

                // It may also have been the end of one.
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

    // Somebody else's publish can set the alarm off for this connection while the channel is being opened.
    private async Task<IChannel> OpenPublishingAsync(
        IConnection connection, string so, CreateChannelOptions? options, CancellationToken stopping)
    {
        var changed = Alarm.Changed;
        Alarm.ThrowIfOn(so);
        var opening = connection.CreateChannelAsync(options, stopping);
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

    // While the alarm lasts the broker does not read the goodbye; it will.
    private async Task ClosePublishingAsync(IConnection connection, IChannel channel)
    {
        var changed = Alarm.Changed;
        var closed = channel.DisposeAsync().AsTask();
        if (!Alarm.IsOn && await Task.WhenAny(closed, changed, Task.Delay(Goodbye, _time)) != closed && !Alarm.IsOn)
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

    // Of something that nobody waits for any more.
    private void LogFault(Task abandoned) => _ = abandoned.ContinueWith(
        end => Log.Broken(_logger, end.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    // Of the connection that stands; one that is lost may still have something to say.
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
