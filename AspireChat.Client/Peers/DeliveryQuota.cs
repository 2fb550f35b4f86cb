using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Mailbox;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Limits the bytes per second that this client stores for one key. It reads a faster sender more slowly, and HTTP/2 flow
/// control then slows the sender: an open chat is no licence to fill a disk.
/// </summary>
internal sealed class DeliveryQuota(LiveEvents events, IOptions<PeerOptions> options, TimeProvider time)
{
    // The cost of a message besides its text: its row, its index entries and its memory.
    private const int PerMessage = 64;

    private readonly MostRecent<string, Sender> _senders = new(10_000);
    private readonly MostRecent<string, TokenBucket> _letters = new(10_000);

    /// <summary>Waits until a batch may be stored. Bytes are counted per key, so a new connection gains nothing.</summary>
    /// <param name="caller">The sender of the batch.</param>
    /// <param name="messages">The batch.</param>
    /// <param name="told">Called when this user has just been told that the sender is slowed, so that the sender is told too.</param>
    /// <param name="cancellationToken">The stream has ended.</param>
    public async Task WaitAsync(
        PeerCaller caller, IReadOnlyList<ReceivedMessage> messages, Action told, CancellationToken cancellationToken)
    {
        var sender = Find(caller);
        var wait = sender.Bytes.Take(Bytes(messages));
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (sender.Notice.Say($"{caller.User} sends faster than one peer may. Its messages now arrive more slowly; none is lost."))
        {
            told();
        }

        await Task.Delay(wait, time, cancellationToken);
    }

    /// <summary>
    /// Whether letters may be stored; counted apart from streams. As much as a whole mailbox is taken at once, and then no more per
    /// second than by a stream. What is not taken stays in its sender's outbox.
    /// </summary>
    /// <param name="caller">The sender.</param>
    /// <param name="messages">The messages of one letter.</param>
    public bool TryTakeLetter(PeerCaller caller, IReadOnlyList<ReceivedMessage> messages) => _letters.Meet(
        caller.Fingerprint, () => new TokenBucket(options.Value.BytesPerSecond, MailboxTopology.MaxBytes, time))
        .TryTake(Bytes(messages));

    private static int Bytes(IReadOnlyList<ReceivedMessage> messages) =>
        messages.Sum(message => Encoding.UTF8.GetByteCount(message.Text) + PerMessage);

    private Sender Find(PeerCaller caller) => _senders.Meet(caller.Fingerprint, () => new Sender(
        new TokenBucket(options.Value.BytesPerSecond, options.Value.BurstBytes, time), new SlowedNotice(caller.User, events, time)));

    private sealed record Sender(TokenBucket Bytes, SlowedNotice Notice);
}
