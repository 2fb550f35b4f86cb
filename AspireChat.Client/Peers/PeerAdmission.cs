using AspireChat.Client.Conversations;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using Grpc.Core;

namespace AspireChat.Client.Peers;

/// <summary>
/// Decides whether a key may speak for a name. A name met before is bound to the key it had then, whatever the name
/// server says now; a name met for the first time must be claimed there by that key.
/// </summary>
internal sealed partial class PeerAdmission(
    KnownPeers known, PresenceDirectory names, LiveEvents events, ILogger<PeerAdmission> logger)
{
    /// <summary>Checks an incoming call.</summary>
    /// <returns>Null if it is admitted, else the status to end it with.</returns>
    public async Task<Status?> AdmitAsync(Greeting greeting, string fingerprint, CancellationToken cancellationToken)
    {
        if (known.Find(greeting.User) is null)
        {
            Claim? claim;
            try
            {
                claim = await names.FindClaimAsync(greeting.User, cancellationToken);
            }
            catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
            {
                return new Status(StatusCode.Unavailable, "The name server is away, so a newcomer's name cannot be checked.");
            }

            if (claim?.Fingerprint != fingerprint)
            {
                return new Status(StatusCode.PermissionDenied, "The name does not belong to this key.");
            }
        }

        var pin = await known.MeetAsync(greeting.User, fingerprint, greeting.Epoch);
        if (pin.Fingerprint != fingerprint)
        {
            Warn(greeting.User, pin.Fingerprint, fingerprint);
            return new Status(StatusCode.PermissionDenied, "The name is known here with another key.");
        }

        // A paused process that wakes up after its successor took over would still believe in its lease.
        return greeting.Epoch < pin.Epoch
            ? new Status(StatusCode.PermissionDenied, "A newer registration of this name is known here.")
            : null;
    }

    /// <summary>Which key the peer behind a record of the name server must prove.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.KeyMismatch"/>: the record names another key than the known one.</exception>
    public string ExpectedKey(PeerRecord record)
    {
        if (known.Find(record.User) is not { } pin || pin.Fingerprint == record.Fingerprint)
        {
            return record.Fingerprint;
        }

        throw Warn(record.User, pin.Fingerprint, record.Fingerprint);
    }

    /// <summary>Checks the greeting with which a called peer answered, and remembers it.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.KeyMismatch"/>: it is not the one that was called, or an old process of that user.
    /// </exception>
    public async Task ConfirmAsync(string user, string fingerprint, Greeting? greeting)
    {
        if (greeting?.User != user)
        {
            throw new ChatException(ChatFault.KeyMismatch, $"The client at {user}'s address does not answer as {user}.");
        }

        var pin = await known.MeetAsync(user, fingerprint, greeting.Epoch);
        if (pin.Fingerprint != fingerprint)
        {
            throw Warn(user, pin.Fingerprint, fingerprint);
        }
    }

    // Loud, and the same words on every way in: this is either a new machine or an impostor, and only the user can tell.
    private ChatException Warn(string user, string pinned, string shown)
    {
        LogOtherKey(user, pinned, shown);
        var sentence = $"WARNING: {user} is known with the key {pinned} but now shows {shown}. Somebody may be posing as {user}. "
            + $"Nothing was sent. If {user} confirms the new fingerprint by other means, accept it (trust {user}).";
        events.Publish(new ConnectionEvent($"peer:{user}", "key-changed", sentence));
        return new ChatException(ChatFault.KeyMismatch, sentence);
    }

    [LoggerMessage(1, LogLevel.Warning, "{User} is pinned to key {Pinned} but key {Shown} claims the name", EventName = "OtherKey")]
    private partial void LogOtherKey(string user, string pinned, string shown);
}
