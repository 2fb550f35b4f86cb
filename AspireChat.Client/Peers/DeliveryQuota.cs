using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// How many bytes the holder of one key may have stored here over time. Whoever sends more is read more slowly, and
/// HTTP/2 holds up the sender: an open chat is no licence to fill a disk.
/// </summary>
internal sealed class DeliveryQuota(LiveEvents events, IOptions<PeerOptions> options, TimeProvider time)
{
    // What a message costs besides its text: a row, its entries in the indexes, and what memory holds of it meanwhile.
    private const int PerMessage = 64;

    private readonly MostRecent<string, Sender> _senders = new(10_000);

    /// <summary>Waits until a batch may be stored. Counted by key, so that a new connection gains nothing.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="messages">The batch.</param>
    /// <param name="told">Called if this user was just told that the caller is slowed, to tell the caller too.</param>
    /// <param name="cancellationToken">The stream has ended.</param>
    public async Task WaitAsync(
        PeerCaller caller, IReadOnlyList<ReceivedMessage> messages, Action told, CancellationToken cancellationToken)
    {
        var sender = Find(caller);
        var wait = sender.Bytes.Take(messages.Sum(message => Encoding.UTF8.GetByteCount(message.Text) + PerMessage));
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        if (sender.Notice.Say($"{caller.User} sends more than is taken of one peer at a time, and is read more slowly now; nothing is lost."))
        {
            told();
        }

        await Task.Delay(wait, time, cancellationToken);
    }

    private Sender Find(PeerCaller caller) => _senders.Meet(caller.Fingerprint, () => new Sender(
        new TokenBucket(options.Value.BytesPerSecond, options.Value.BurstBytes, time), new SlowedNotice(caller.User, events, time)));

    private sealed record Sender(TokenBucket Bytes, SlowedNotice Notice);
}
