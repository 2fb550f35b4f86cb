using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Names;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Private chats, as the session uses them.</summary>
internal sealed class PeerChats(
    PresenceDirectory names,
    FirstRegistration registration,
    KnownPeers known,
    PeerDialer dialer,
    ChatOpening opening,
    ChatRequests requests,
    IncomingStreams incoming,
    PeerLinks links,
    LetterSender letters,
    ReadReceipts reading,
    IOptions<PeerOptions> options,
    TimeProvider time)
{
    /// <summary>Opens a chat on both sides and waits for the other side's answer.</summary>
    /// <param name="user">The other user's name, parsed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException">
    /// No user has that name, or the other user declined, did not answer in time, or has a key other than the known one.
    /// </exception>
    public async Task OpenAsync(string user, CancellationToken cancellationToken)
    {
        await EnsureKnownAsync(user, cancellationToken);
        await AskAsync(user, cancellationToken);
        links.To(user).Open();
    }

    /// <summary>Answers a user who asked for a chat.</summary>
    public Task AnswerAsync(string user, bool accept) => requests.AnswerAsync(user, accept);

    /// <summary>
    /// Accepts another key for a name. What was not sealed to the former one is delivered to the new one; what was sealed fails.
    /// </summary>
    public async Task TrustAsync(string user, string fingerprint)
    {
        var before = known.FindAddressee(user);
        await known.AcceptKeyAsync(user, fingerprint);
        if (before is not null && before.Fingerprint != fingerprint)
        {
            await links.To(user).GiveUpLettersAsync(
                $"It was sealed to {user}'s former key {before.Fingerprint}; you now trust {fingerprint}. Send it again if {user} should have it.");
        }

        // Connections with the key that is no longer trusted are closed in both directions.
        await incoming.EndOthersAsync(user, fingerprint);
        links.To(user).Redial();
    }

    /// <summary>Whether this client has met the user or written to it, and need not ask the name server whether there is such a user.</summary>
    public bool IsKnown(string user) => known.Find(user) is not null || known.FindAddressee(user) is not null;

    /// <summary>Makes sure that a user of that name exists.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.NotFound"/>: no user has claimed it. <see cref="ChatFault.Unavailable"/>: this client has never
    /// met or written to the user, and the name server is away. See also <see cref="FirstRegistration.WaitAsync"/>.
    /// </exception>
    public async Task EnsureKnownAsync(string user, CancellationToken cancellationToken)
    {
        if (IsKnown(user))
        {
            return;
        }

        await registration.WaitAsync(cancellationToken);
        if (await names.FindClaimAsync(user, cancellationToken) is null)
        {
            throw new ChatException(ChatFault.NotFound, $"No user is known by the name {user}.");
        }
    }

    /// <summary>The link by which messages to a user leave.</summary>
    public PeerLink LinkTo(string user) => links.To(user);

    /// <summary>Tells a user how far this user has read, by letter if there is no stream; never waits.</summary>
    public void TellRead(string user)
    {
        if (reading.AreOn && !incoming.TellRead(user) && letters.HasMailboxes && known.FindAddressee(user) is { } sender)
        {
            _ = letters.TellAsync(sender, [], reading.Through(user, sender.Fingerprint), CancellationToken.None);
        }
    }

    // Retries while the user is registered: a client that restarts is not absent.
    private async Task AskAsync(string user, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + opening.Patience;
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.Value.MaxBackoff);
        while (true)
        {
            try
            {
                using var connection = await dialer.DialAsync(user, cancellationToken);
                await opening.AskAsync(user, connection, deadline - time.GetUtcNow(), cancellationToken);
                return;
            }
            catch (PeerAwayException e)
            {
                throw new ChatException(ChatFault.NoAnswer, e.Message);
            }
            catch (RpcException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException e) when (opening.Refusal(user, e) is { } refusal)
            {
                throw refusal;
            }
            catch (RpcException e)
            {
                var wait = backoff.Next();
                if (time.GetUtcNow() + wait >= deadline)
                {
                    throw opening.NoAnswer(user, e);
                }

                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }
}
