using AspireChat.Client.Chat;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Groups;

/// <summary>
/// Tells the name server how far the own user has spoken in a group, so that nobody who subscribes later can be shown
/// it as new. Told after the confirm and never before: a seq that is told too high would hide a message that a new
/// subscriber has a right to. Beside the publishing, which does not wait for it.
/// </summary>
internal sealed class SpokenSeq(string group, GroupMembership membership, string fingerprint, long confirmed, TimeProvider time)
{
    private readonly Bell _bell = new();
    private long _confirmed = confirmed;

    /// <summary>What there is to tell now.</summary>
    public Said Now => new(fingerprint, Volatile.Read(ref _confirmed));

    /// <summary>Everything up to a seq is confirmed.</summary>
    public void Confirmed(long through)
    {
        Volatile.Write(ref _confirmed, through);
        _bell.Ring();
    }

    /// <summary>Runs until cancelled. One call at a time tells whatever was confirmed meanwhile.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
        try
        {
            while (true)
            {
                await _bell.WaitAsync(stopping);
                try
                {
                    await membership.RecordAsync(group, [Now], stopping);
                    backoff.Reset();
                }
                catch (ChatException)
                {
                    // Redis is away.
                    await Task.Delay(backoff.Next(), time, stopping);
                    _bell.Ring();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end; leaving the room tells it too.
        }
    }
}
