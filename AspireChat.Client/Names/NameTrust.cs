using AspireChat.Client.Chat;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Whether a key may speak for a name.</summary>
public enum NameVerdict
{
    /// <summary>It may: it is the key this name had at first contact, or, at first contact, the one that claims it.</summary>
    Trusted,

    /// <summary>Never met, and nobody claims the name with this key.</summary>
    Unclaimed,

    /// <summary>
    /// Never met, and nobody claims the name, but the claim may have been lost, and its owner has had less than a lease to
    /// register again: whoever can wait asks again.
    /// </summary>
    NotYetClaimed,

    /// <summary>Known here with another key.</summary>
    OtherKey,

    /// <summary>The right key, but a registration older than one seen before: a process that was superseded.</summary>
    OldEpoch,

    /// <summary>Never met, and the name server is away: nobody can tell yet.</summary>
    NotYetKnown,
}

/// <summary>
/// Decides whether a key may speak for a name. A name met before is bound to the key it had then, whatever the name
/// server says now; a name met for the first time must be claimed there by that key.
/// </summary>
public sealed partial class NameTrust(
    KnownPeers known,
    PresenceDirectory names,
    LiveEvents events,
    IOptions<NameServerOptions> options,
    TimeProvider time,
    ILogger<NameTrust> logger)
{
    // When a question had no answer last; 0 if none had.
    private long _awayAt;

    /// <summary>Checks a name that somebody claims with a proven key, and remembers it if it is trusted.</summary>
    /// <param name="user">The claimed name.</param>
    /// <param name="fingerprint">The proven key.</param>
    /// <param name="epoch">The epoch of the claimed registration; null where none is told, as in a signed batch.</param>
    /// <param name="cancellationToken">Ends the waiting for the name server.</param>
    public async Task<NameVerdict> CheckAsync(string user, string fingerprint, long? epoch, CancellationToken cancellationToken)
    {
        if (known.Find(user) is null)
        {
            try
            {
                if (await names.FindClaimAsync(user, cancellationToken) is not { } claim)
                {
                    return await MayBeLostAsync(cancellationToken) ? NameVerdict.NotYetClaimed : NameVerdict.Unclaimed;
                }

                if (claim.Fingerprint != fingerprint)
                {
                    return NameVerdict.Unclaimed;
                }
            }
            catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
            {
                Volatile.Write(ref _awayAt, time.GetTimestamp());
                return NameVerdict.NotYetKnown;
            }
        }

        var pin = await known.MeetAsync(user, fingerprint, epoch ?? 0);
        if (pin.Fingerprint != fingerprint)
        {
            Warn(user, pin.Fingerprint, fingerprint);
            return NameVerdict.OtherKey;
        }

        // A paused process that wakes up after its successor took over would still believe in its lease.
        return epoch < pin.Epoch ? NameVerdict.OldEpoch : NameVerdict.Trusted;
    }

    /// <summary>Whether a name is pinned here, so that nobody has to be asked about it.</summary>
    public bool HasMet(string user) => known.Find(user) is not null;

    /// <summary>Which key the peer behind a record of the name server must prove.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.KeyMismatch"/>: the record names another key than the known one.</exception>
    public string ExpectedKey(PeerRecord record) => known.Find(record.User) is { } pin && pin.Fingerprint != record.Fingerprint
        ? throw Warn(record.User, pin.Fingerprint, record.Fingerprint)
        : record.Fingerprint;

    /// <summary>Remembers a user who was called and has proven the expected key.</summary>
    /// <returns>False if a newer registration of that user is known: the one that answered was superseded, or is not registered yet.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.KeyMismatch"/>: the name was pinned to another key meanwhile.</exception>
    public async Task<bool> MeetAsync(string user, string fingerprint, long epoch)
    {
        var pin = await known.MeetAsync(user, fingerprint, epoch);
        if (pin.Fingerprint != fingerprint)
        {
            throw Warn(user, pin.Fingerprint, fingerprint);
        }

        return epoch >= pin.Epoch;
    }

    // Whoever is there registers again within a lease after the name server has lost its data: all of them, or, since it was
    // away, the last ones.
    private async Task<bool> MayBeLostAsync(CancellationToken cancellationToken)
    {
        // Asked in any case: an empty server begins to count with the question.
        var age = await names.AgeAsync(cancellationToken);
        return age < options.Value.Lease
            || (Volatile.Read(ref _awayAt) is not 0 and var at && time.GetElapsedTime(at) < options.Value.Lease);
    }

    // Loud, and the same words on every way in: this is either a new machine or an impostor, and only the user can tell.
    private ChatException Warn(string user, string pinned, string shown)
    {
        Log.OtherKey(logger, user, pinned, shown);
        var sentence = $"WARNING: {user} is known with the key {pinned} but now shows {shown}. Somebody may be posing as {user}. "
            + $"Nothing was sent. If {user} confirms the new fingerprint by other means, accept it (trust {user}).";
        events.Publish(new ConnectionEvent($"peer:{user}", "key-changed", sentence));
        return new ChatException(ChatFault.KeyMismatch, sentence);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{User} is pinned to key {Pinned} but key {Shown} claims the name", EventName = "OtherKey")]
        public static partial void OtherKey(ILogger logger, string user, string pinned, string shown);
    }
}
