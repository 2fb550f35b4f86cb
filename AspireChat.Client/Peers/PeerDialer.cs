using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Protos.V1;
using Grpc.Core;

namespace AspireChat.Client.Peers;

/// <summary>Finds a user's address and connects to the client that has the expected key.</summary>
internal sealed class PeerDialer(
    PresenceDirectory names,
    FirstRegistration registration,
    NameTrust trust,
    KnownPeers known,
    AddressAttempts attempts,
    LocalPeer self,
    LiveEvents events,
    PeerTransport transport)
{
    /// <summary>This user's name, as messages carry it.</summary>
    public string Self => self.Name;

    // Each user's last known address. It serves while the name server is away, since the key is checked in any case.
    private readonly ConcurrentDictionary<string, PeerRecord> _last = new(StringComparer.Ordinal);

    /// <summary>Prepares a connection; the first call opens it.</summary>
    /// <exception cref="PeerAwayException">The user is not registered.</exception>
    /// <exception cref="RpcException">UNAVAILABLE: the address has not shown the user's key, and no new attempt is due.</exception>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.KeyMismatch"/>: the user has a key other than the known one.
    /// <see cref="ChatFault.Unavailable"/>: the name server is away and the address is unknown, or this client has been
    /// unregistered for too long. See also <see cref="FirstRegistration.WaitAsync"/>.
    /// </exception>
    public async Task<PeerConnection> DialAsync(string user, CancellationToken cancellationToken)
    {
        // Peers permanently refuse a greeting without an epoch or with an unclaimed name.
        await registration.WaitAsync(cancellationToken);
        var record = await FindAsync(user, cancellationToken);
        var key = trust.ExpectedKey(record);
        if (!attempts.TryBegin(user, known.Find(user) is not null, record.Address, key))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"No client with {user}'s key has answered at that address yet."));
        }

        byte[]? proven = null;

        // One channel per attempt: after a failure the address may have changed, and a channel's own backoff is long.
        var channel = transport.Open(record.Address, PeerTls.ForClient(
            self.Identity,
            record.Address.IdnHost,
            key,
            onKey: shown =>
            {
                proven = shown;
                attempts.Prove(user, record.Address, key);
            },
            onOtherKey: () => events.Publish(new ConnectionEvent(
                $"peer:{user}", "wrong-key", $"A client that is not {user}'s answers at {user}'s address; nothing was sent to it."))));
        return new PeerConnection(user, key, () => proven, channel, trust, self);
    }

    private async Task<PeerRecord> FindAsync(string user, CancellationToken cancellationToken)
    {
        try
        {
            if (await names.LookUpAsync(user, cancellationToken) is { } record)
            {
                return _last[user] = record;
            }
        }
        catch (ChatException e) when (e.Fault == ChatFault.Unavailable && _last.TryGetValue(user, out var last))
        {
            return last;
        }

        throw new PeerAwayException(user);
    }
}

/// <summary>The name server has no registration for that user.</summary>
internal sealed class PeerAwayException(string user) : Exception($"{user} is away.");

/// <summary>A connection to the only key that may answer for a user.</summary>
internal sealed class PeerConnection(
    string user, string fingerprint, Func<byte[]?> proven, PeerChannel channel, NameTrust trust, LocalPeer self) : IDisposable
{
    private readonly PeerChat.PeerChatClient _client = new(channel.Calls);

    /// <summary>Asks the other side to open the chat.</summary>
    /// <param name="patience">The longest wait for the other user's decision.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>True if accepted, false if declined.</returns>
    public async Task<bool> OpenChatAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var call = _client.OpenChatAsync(
            new OpenChatRequest(), Greeting.Of(self), DateTime.UtcNow + patience, cancellationToken);
        await ConfirmAsync(call.ResponseHeadersAsync, refusal: () => call.ResponseAsync);
        return (await call).Decision == OpenChatReply.Types.Decision.Accepted;
    }

    /// <summary>Starts a stream of batches and waits until the other side has greeted.</summary>
    public async Task<AsyncDuplexStreamingCall<DeliverFrame, Receipt>> DeliverAsync(CancellationToken cancellationToken)
    {
        var call = _client.Deliver(Greeting.Of(self), cancellationToken: cancellationToken);
        try
        {
            await ConfirmAsync(call.ResponseHeadersAsync, refusal: () => call.ResponseStream.MoveNext(cancellationToken));
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();

    private async Task ConfirmAsync(Task<Metadata> headers, Func<Task> refusal)
    {
        var greeting = Greeting.Read(await headers);
        if (greeting is null)
        {
            // A client that refuses a call sends no greeting; the status of the call says why.
            await refusal();
        }

        if (greeting?.User != user)
        {
            throw new ChatException(ChatFault.KeyMismatch, $"The client at {user}'s address does not answer as {user}.");
        }

        if (!await trust.MeetAsync(user, fingerprint, greeting.Epoch))
        {
            // Retried like any other absence: the newer process may be starting.
            throw new RpcException(new Status(StatusCode.Unavailable, $"An older process of {user} answered."));
        }

        if (proven() is { } key)
        {
            await trust.AddressAsync(user, key, greeting.SealingKey);
        }
    }
}
