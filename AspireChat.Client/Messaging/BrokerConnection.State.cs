using AspireChat.Client.Chat;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

internal sealed partial class BrokerConnection
{
    private void Offer(Pair pair)
    {
        lock (_change)
        {
            _current.TrySetResult(pair);
        }

        Show();
    }

    // False if none was offered: who waits for one goes on waiting for the same.
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

    // How a connection that stands is: what keeps most from working comes first.
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
                _states.Set(StateName, Blocked, $"{BrokerAlarm.Matter}; what you send to groups waits here.");
            }
            else if (Faults.Sentences is { Count: > 0 } refused)
            {
                _states.Set(StateName, Refusing, string.Join(' ', refused));
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

    // Each reason once, until there was a connection: a wrong password, a refused certificate or a wrong name are mended by
    // whoever reads the log. The nodes of a cluster may have one each.
    private void SayAway(Exception e)
    {
        var nodes = e is BrokerUnreachableException { InnerException: AggregateException several } ? several.InnerExceptions.AsEnumerable() : [e];
        foreach (var cause in nodes.Select(node => node.GetBaseException()))
        {
            // The same refusal is met before the broker closes the connection, or after it.
            var reason = (cause as OperationInterruptedException)?.ShutdownReason?.ReplyText ?? cause.Message;
            if (_told.Add(reason))
            {
                Log.Away(_logger, cause.GetType().Name, reason);
            }
        }
    }
}
