using AspireChat.Client.Chat;

namespace AspireChat.Client.Mailbox;

/// <summary>Tells this user how much of a full mailbox has been taken in. A few letters need no words.</summary>
internal sealed class MailboxProgress(LiveEvents events, TimeProvider time)
{
    private const long Few = 50;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private long? _saidAt;
    private long _waiting;
    private long _taken;

    /// <summary>Begins, or goes on after the connection broke, with the number of letters that wait.</summary>
    public void Begin(long waiting)
    {
        _waiting = _saidAt is null ? waiting : _taken + waiting;
        _taken = _saidAt is null ? 0 : _taken;
        Advance(0);
    }

    /// <summary>Counts letters that were taken.</summary>
    public void Advance(long letters)
    {
        _taken += letters;
        if (_taken >= _waiting)
        {
            if (_saidAt is not null)
            {
                Publish(ConnectionStates.Connected, $"All {_taken:N0} letters that waited for you are here.");
            }

            (_saidAt, _waiting, _taken) = (null, 0, 0);
        }
        else if (_waiting >= Few && (_saidAt is not { } before || time.GetElapsedTime(before) > Every))
        {
            _saidAt = time.GetTimestamp();
            Publish("taking-in", $"Taking in what was written while you were away: {_taken:N0} of about {_waiting:N0} letters.");
        }
    }

    private void Publish(string state, string detail) => events.Publish(new ConnectionEvent(MailboxReader.ConnectionName, state, detail));
}
