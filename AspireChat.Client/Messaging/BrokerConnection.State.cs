using AspireChat.Client.Chat;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerConnection
{
    // A member of very many groups may be refused all of them, and reads no more than these.
    private const int MostSentences = 5;

    private static readonly TimeSpan LossLogInterval = TimeSpan.FromMinutes(1);

    private void Offer(Pair pair)
    {
        lock (_change)
        {
            _current.TrySetResult(pair);
        }

        Show();
    }

    // Returns false if no connection was offered: callers keep waiting on the same task.
    private bool Withdraw()
    {
        lock (_change)
        {
            if (!_current.Task.IsCompleted)
            {
                return false;
            }

            _current = NewSource();
            return true;
        }
    }

    // Shows the state of an open connection; the problem that affects most comes first.
    private void Show()
    {
        lock (_change)
        {
            if (!_current.Task.IsCompleted)
            {
                return;
            }

            if (Alarm.IsOn)
            {
                _states.Set(StateName, Blocked, $"{BrokerAlarm.Matter}; {Waits}");
            }
            else if (Faults.Sentences is { Count: > 0 } refused)
            {
                _states.Set(
                    StateName,
                    Refusing,
                    string.Join(' ', refused.Take(MostSentences)) + (refused.Count > MostSentences ? $" And {refused.Count - MostSentences} more." : ""));
            }
            else
            {
                _states.Set(StateName, ConnectionStates.Connected);
            }
        }

        TellChange();
    }

    private void TellChange() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    // A connection that this client gave up is in the log already. A delivery that breaks every connection anew must not fill the log.
    private void LogLoss(IConnection ended)
    {
        if (ended.CloseReason is not { Initiator: not ShutdownInitiator.Application } reason
            || (_lossLoggedAt is { } before && _time.GetElapsedTime(before) < LossLogInterval))
        {
            return;
        }

        _lossLoggedAt = _time.GetTimestamp();
        var cause = reason.Exception?.GetBaseException().Message ?? reason.ReplyText;
        Log.Lost(_logger, cause == reason.ReplyText ? cause : $"{reason.ReplyText}: {cause}");
    }

    // Logs each reason once until a connection succeeds: the operator who reads the log can correct a wrong password, a refused
    // certificate or a wrong host name. Each node of a cluster may have its own reason.
    private void SayAway(Exception e)
    {
        var nodes = e is BrokerUnreachableException { InnerException: AggregateException several } ? several.InnerExceptions.AsEnumerable() : [e];
        foreach (var cause in nodes.Select(node => node.GetBaseException()))
        {
            // The client can learn of the same refusal before or after the broker closes the connection.
            var reason = (cause as OperationInterruptedException)?.ShutdownReason?.ReplyText ?? cause.Message;
            if (_told.Add(reason))
            {
                Log.Away(_logger, cause.GetType().Name, reason);
            }
        }
    }
}
