using AspireChat.Client.Chat;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Why this user's messages in one conversation wait for RabbitMQ. The reason is shown when RabbitMQ accepts nothing or refuses the
/// messages, and withdrawn when that is over or can no longer be known.
/// </summary>
internal sealed class BrokerWaitingReason(
    Conversation conversation, BrokerConnection broker, WaitingReason reason, BrokerOptions options, TimeProvider time)
{
    private readonly string _what = BrokerFaults.NameOf(conversation);

    /// <summary>Updates the reason whenever the state of the connection changes, until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var changed = broker.Changed;
            var again = await TellAsync() ? changed : Task.Delay(options.MaxBackoff, time, stopping);
            await again.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc cref="WaitingReason.TellAsync"/>
    public Task<bool> TellAsync() =>
        reason.TellAsync(() => !broker.IsOpen ? null : broker.Alarm.IsOn ? BrokerAlarm.Waits : broker.Faults.Find(by: this, _what));

    /// <summary>Records that the broker refused this conversation's messages.</summary>
    public async Task RefusedAsync(BrokerRefusal refusal)
    {
        broker.Faults.Refused(this, _what, refusal);
        await TellAsync();
    }

    /// <summary>Records that the broker accepted a message.</summary>
    public void Works() => broker.Faults.Works(this, _what);

    /// <summary>Withdraws the reason: this client no longer tries, so it cannot know whether the broker would accept a message.</summary>
    public async Task ForgetAsync()
    {
        broker.Faults.Forget(this, _what);
        await reason.TellAsync(() => null);
    }

    /// <inheritdoc cref="WaitingReason.InTurnAsync"/>
    public Task InTurnAsync(Func<Task> change) => reason.InTurnAsync(change);
}
