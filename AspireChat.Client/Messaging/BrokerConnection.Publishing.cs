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
    /// <exception cref="ChatException">The broker takes no publishes.</exception>
    public async Task UsePublishingAsync(
        Func<IConnection, IChannel, Task> use, string so, CancellationToken stopping, CreateChannelOptions? options = null)
    {
        var connection = (await _current.Task.WaitAsync(stopping)).Publishing;
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
            _ = closed.ContinueWith(end => Log.Broken(_logger, end.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return;
        }

        await closed;
    }

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
