using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;

namespace AspireChat.Client.Groups;

/// <summary>
/// Tells the name server how far this user has spoken in a group, so that nobody who subscribes later can be shown
/// it as new. Told after the confirm and never before: a seq that is told too high would hide a message that a new
/// subscriber has a right to. Beside the publishing, which does not wait for it.
/// </summary>
internal sealed class SpokenSeq(string group, GroupMembership membership, string fingerprint, MessageStore store, TimeProvider time)
{
    private readonly Conversation _conversation = Conversation.Of(group);
    private readonly Bell _bell = new();

    /// <summary>What there is to tell now: what is on disk as confirmed.</summary>
    public Said Now => new(fingerprint, store.LastConfirmed(_conversation));

    /// <summary>More is confirmed.</summary>
    public void Confirmed() => _bell.Ring();

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
            // The end; leaving the room and giving up tell it too.
        }
    }
}
