using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Why this user's messages in one conversation wait. The reason is stored and shown when RabbitMQ accepts nothing or refuses
/// the messages, and withdrawn when that is over or can no longer be known.
/// </summary>
internal sealed partial class WaitingReason(
    Conversation conversation,
    BrokerConnection broker,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    BrokerOptions options,
    TimeProvider time,
    ILogger logger)
{
    private readonly string _what = BrokerFaults.NameOf(conversation);

    // Events about a message must be published in the order in which its states were stored.
    private readonly Turn _turn = new();

    private bool _isTold;

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

    /// <summary>Gives the current reason to waiting messages that do not have it yet, or withdraws one that is no longer true.</summary>
    /// <returns>False if that could not be stored.</returns>
    public Task<bool> TellAsync() =>
        TellAsync(() => !broker.IsOpen ? null : broker.Alarm.IsOn ? BrokerAlarm.Waits : broker.Faults.Find(by: this, _what));

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
        await TellAsync(() => null);
    }

    /// <summary>Changes the states of messages and publishes the change before any other event about them.</summary>
    public Task InTurnAsync(Func<Task> change) => _turn.RunAsync(change);

    private async Task<bool> TellAsync(Func<string?> why)
    {
        try
        {
            await InTurnAsync(async () =>
            {
                var reason = why();
                if (reason is null && !_isTold)
                {
                    return;
                }

                foreach (var message in await store.ExplainWaitingAsync(conversation, reason))
                {
                    events.Publish(new StateEvent(message.Id, self.Name, conversation, MessageState.Sending, reason));
                }

                _isTold = reason is not null;
            });
            return true;
        }
        catch (Exception e)
        {
            // The disk may be full, for example; that is no reason to stop sending.
            Log.NotTold(logger, conversation, e);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Why messages of {Conversation} wait could not be stored; trying again", EventName = "ReasonNotTold")]
        public static partial void NotTold(ILogger logger, Conversation conversation, Exception exception);
    }
}
