using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;

namespace AspireChat.Client.Groups;

/// <summary>
/// Tells the name server this user's last confirmed seq in a group, so that a later subscriber is not shown earlier messages
/// as new. It never reports a seq before the confirm: too high a seq would hide a message that a new subscriber has a right
/// to. Publishing does not wait for it.
/// </summary>
internal sealed class SpokenSeq(string group, GroupMembership membership, string fingerprint, MessageStore store, TimeProvider time)
{
    private readonly Conversation _conversation = Conversation.Of(group);
    private readonly Bell _bell = new();

    /// <summary>The present value: the last seq stored as confirmed.</summary>
    public Said Now => new(fingerprint, store.LastConfirmed(_conversation));

    /// <summary>Reports that more messages are confirmed.</summary>
    public void Confirmed() => _bell.Ring();

    /// <summary>Runs until cancelled. It makes one call at a time, which reports all that was confirmed meanwhile.</summary>
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
            // Leaving the room and unsubscribing report the value too.
        }
    }
}
