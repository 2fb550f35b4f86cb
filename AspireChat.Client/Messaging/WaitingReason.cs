using System.Threading.Channels;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Why the own messages of one conversation wait, kept true: told when RabbitMQ takes nothing or refuses them, and taken back
/// when that is over or nobody can know it any more.
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

    // What is told about a message must be told in the order in which it was stored. Whoever has taken what is in here has the
    // turn, and puts it back.
    private readonly Channel<bool> _turn = NewTurn();

    private bool _isTold;

    /// <summary>Tells it anew whenever the connection stands otherwise, until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var changed = broker.Changed;
            var again = await TellAsync() ? changed : Task.Delay(options.MaxBackoff, time, stopping);
            await again.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says why messages wait that have not said so yet, or that the reason they gave is none any more.</summary>
    /// <returns>False if that could not be stored.</returns>
    public Task<bool> TellAsync() =>
        TellAsync(() => !broker.IsOpen ? null : broker.Alarm.IsOn ? BrokerAlarm.Waits : broker.Faults.Find(by: this, _what));

    /// <summary>What this conversation says was refused.</summary>
    public async Task RefusedAsync(BrokerRefusal refusal)
    {
        broker.Faults.Refused(this, _what, refusal);
        await TellAsync();
    }

    /// <summary>The broker has taken something.</summary>
    public void Works() => broker.Faults.Works(this, _what);

    /// <summary>Nobody tries any more, so nobody knows whether the broker would take it.</summary>
    public async Task ForgetAsync()
    {
        broker.Faults.Forget(this, _what);
        await TellAsync(() => null);
    }

    /// <summary>Changes the states of messages, and tells it before anything else is told about them.</summary>
    public async Task InTurnAsync(Func<Task> change)
    {
        await _turn.Reader.ReadAsync();
        try
        {
            await change();
        }
        finally
        {
            _turn.Writer.TryWrite(true);
        }
    }

    private static Channel<bool> NewTurn()
    {
        var turn = Channel.CreateBounded<bool>(1);
        turn.Writer.TryWrite(true);
        return turn;
    }

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
            // A full disk, for example; that is no reason to stop sending.
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
