using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Whether a key may speak for a name.</summary>
public enum NameVerdict
{
    /// <summary>It may: it is the key of this name since first contact or, at first contact, the key that claims the name.</summary>
    Trusted,

    /// <summary>The name was never met, and is not claimed with this key.</summary>
    Unclaimed,

    /// <summary>
    /// The name was never met and is not claimed, but its claim may have been lost, and its owner has had less than a lease to
    /// register again. A caller that can wait should ask again.
    /// </summary>
    NotYetClaimed,

    /// <summary>The name is known here with another key.</summary>
    OtherKey,

    /// <summary>The key is right, but the registration is older than one seen before: it is from a superseded process.</summary>
    OldEpoch,

    /// <summary>The name was never met, and the name server is away, so its owner is unknown for now.</summary>
    NotYetKnown,
}

/// <summary>
/// Decides whether a key may speak for a name. A name met before is bound to the key it had then, whatever the name server
/// says now; a name met for the first time must be claimed there by that key.
/// </summary>
public sealed partial class NameTrust(
    KnownPeers known,
    PresenceDirectory names,
    LiveEvents events,
    IOptions<NameServerOptions> options,
    ILogger<NameTrust> logger)
{
    /// <summary>Checks a name that a peer claims with a proven key, and pins it if it is trusted.</summary>
    /// <param name="user">The claimed name.</param>
    /// <param name="fingerprint">The proven key.</param>
    /// <param name="epoch">The epoch of the claimed registration; null where none is given, as in a signed batch.</param>
    /// <param name="cancellationToken">Cancels waiting for the name server.</param>
    public async Task<NameVerdict> CheckAsync(string user, string fingerprint, long? epoch, CancellationToken cancellationToken)
    {
        var isMet = known.Find(user) is not null;
        if (!isMet && known.FindAddressee(user) is { } addressee)
        {
            if (addressee.Fingerprint != fingerprint)
            {
                // This user has written to the holder of another key; pinning this one would hand that over.
                Warn(user, addressee.Fingerprint, fingerprint);
                return NameVerdict.OtherKey;
            }

            isMet = true;
        }

        if (!isMet)
        {
            try
            {
                if (await names.FindClaimAsync(user, cancellationToken) is not { } claim)
                {
                    // After the name server has lost its data, every running client registers again within a lease.
                    var age = await names.AgeAsync(cancellationToken);
                    return age < options.Value.Lease ? NameVerdict.NotYetClaimed : NameVerdict.Unclaimed;
                }

                if (claim.Fingerprint != fingerprint)
                {
                    return NameVerdict.Unclaimed;
                }
            }
            catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
            {
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

    /// <summary>Whether a name is pinned here, so that the name server need not be asked about it.</summary>
    public bool HasMet(string user) => known.Find(user) is not null;

    /// <summary>The key that the peer in a record of the name server must prove.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.KeyMismatch"/>: the record's key is not the expected one.</exception>
    public string ExpectedKey(PeerRecord record) => Expected(record.User) is { } expected && expected != record.Fingerprint
        ? throw Warn(record.User, expected, record.Fingerprint)
        : record.Fingerprint;

    /// <summary>
    /// To whom letters for a user are sealed now: to the key of the user's claim, which must be the expected one. Pins nothing, but
    /// remembers the key, so that no other key gets what was written for this one. While the name server is away, or after the
    /// claim is over, the key used last.
    /// </summary>
    /// <returns>Null if no such key is known: the user's client is too old, or the user was never met and has no claim.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.KeyMismatch"/>: the claim's key is not the expected one. <see cref="ChatFault.Unavailable"/>: the name
    /// server is away, and no key is known.
    /// </exception>
    public async Task<Addressee?> FindAddresseeAsync(string user, CancellationToken cancellationToken)
    {
        var last = known.FindAddressee(user) is { } addressee && addressee.Fingerprint == Expected(user) ? addressee : null;
        try
        {
            if (await names.FindSealingKeyAsync(user, cancellationToken) is not { } shown)
            {
                return last;
            }

            if (Expected(user) is { } expected && expected != shown.Fingerprint)
            {
                throw Warn(user, expected, shown.Fingerprint);
            }

            if (shown.Key is { } key)
            {
                last = new Addressee(user, shown.Fingerprint, key);
                await known.AddressAsync(last);
            }

            return last;
        }
        catch (ChatException e) when (e.Fault == ChatFault.Unavailable && last is not null)
        {
            return last;
        }
    }

    /// <summary>
    /// Remembers the sealing key that a user's letter has shown, unless one is known: a letter may be old. The caller has checked
    /// whose it is.
    /// </summary>
    public Task AddressAsync(Addressee addressee) => known.FindAddressee(addressee.User)?.Fingerprint == addressee.Fingerprint
        ? Task.CompletedTask
        : known.AddressAsync(addressee);

    /// <summary>Whether a key is still the one that may have what is written to a name: the user may trust another meanwhile.</summary>
    public bool IsExpected(Addressee addressee) => Expected(addressee.User) is not { } expected || expected == addressee.Fingerprint;

    /// <summary>
    /// The sealing key to answer a letter to. If the letter shows another one than is known, either may be old: the claim decides.
    /// </summary>
    public async Task<Addressee> LatestAsync(Addressee shown, CancellationToken cancellationToken)
    {
        if (known.FindAddressee(shown.User) is not { } last
            || last.Fingerprint != shown.Fingerprint
            || last.Key.PublicKey.AsSpan().SequenceEqual(shown.Key.PublicKey))
        {
            return shown;
        }

        try
        {
            return await FindAddresseeAsync(shown.User, cancellationToken) ?? last;
        }
        catch (ChatException)
        {
            return last;
        }
    }

    /// <summary>
    /// Remembers the sealing key that a trusted peer shows when it greets: the peer's claim may be over when a letter is written.
    /// </summary>
    /// <param name="user">The peer's name.</param>
    /// <param name="identity">The peer's proven key: DER SubjectPublicKeyInfo.</param>
    /// <param name="key">The sealing key; ignored if the peer does not vouch for it.</param>
    public async Task AddressAsync(string user, byte[] identity, SealingKey? key)
    {
        if (key is null || (known.FindAddressee(user) is { } last && last.Key.PublicKey.AsSpan().SequenceEqual(key.PublicKey)))
        {
            return;
        }

        if (key.IsVouchedForBy(identity))
        {
            await known.AddressAsync(new Addressee(user, Fingerprint.Of(identity), key));
        }
    }

    // A claim alone pins nothing, but until there is a pin only the holder of the key that letters were sealed to may have more.
    private string? Expected(string user) => known.Find(user)?.Fingerprint ?? known.FindAddressee(user)?.Fingerprint;

    /// <summary>Pins a called user who has proven the expected key.</summary>
    /// <returns>False if a newer registration of that user is known: the answering peer was superseded, or is not registered yet.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.KeyMismatch"/>: the name was pinned to another key in the meantime.</exception>
    public async Task<bool> MeetAsync(string user, string fingerprint, long epoch)
    {
        var pin = await known.MeetAsync(user, fingerprint, epoch);
        if (pin.Fingerprint != fingerprint)
        {
            throw Warn(user, pin.Fingerprint, fingerprint);
        }

        return epoch >= pin.Epoch;
    }

    // Loud, and worded the same on every path: this is either a new machine or an impostor, and only the user can tell.
    private ChatException Warn(string user, string pinned, string shown)
    {
        Log.OtherKey(logger, user, pinned, shown);
        var sentence = $"WARNING: {user} is known with the key {pinned} but now shows {shown}. Somebody may be posing as {user}. "
            + $"Nothing was sent. If {user} confirms the new fingerprint by other means, accept it (trust {user}).";
        events.Publish(new ConnectionEvent($"peer:{user}", ConnectionEvent.KeyChanged, sentence, new KeyChange(pinned, shown)));
        return new ChatException(ChatFault.KeyMismatch, sentence);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{User} is pinned to key {Pinned} but key {Shown} claims the name", EventName = "OtherKey")]
        public static partial void OtherKey(ILogger logger, string user, string pinned, string shown);
    }
}
