using AspireChat.Client.Chat;

namespace AspireChat.Client.Mailbox;

/// <summary>Tells this user how much of a full mailbox has been taken in. A few letters need no words.</summary>
internal sealed class MailboxProgress(LiveEvents events, TimeProvider time)
{
    private const uint Few = 50;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private long _saidAt;
    private uint _waiting;
    private uint _taken;

    /// <summary>Begins with the number of letters that wait.</summary>
    public void Begin(uint waiting) => (_waiting, _taken, _saidAt) = (waiting, 0, 0);

    /// <summary>Counts letters that were taken.</summary>
    public void Advance(int letters)
    {
        if (_waiting < Few)
        {
            return;
        }

        _taken += (uint)letters;
        if (_taken >= _waiting)
        {
            events.Publish(new ConnectionEvent(
                MailboxReader.ConnectionName, ConnectionStates.Connected, $"All {_taken:N0} letters that waited for you are here."));
            _waiting = 0;
        }
        else if (_saidAt == 0 || time.GetElapsedTime(_saidAt) > Every)
        {
            _saidAt = time.GetTimestamp();
            events.Publish(new ConnectionEvent(
                MailboxReader.ConnectionName, "taking-in", $"Taking in what was written while you were away: {_taken:N0} of about {_waiting:N0} letters."));
        }
    }
}
