using AspireChat.Client.Chat;
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
    ChatRequests requests,
    IncomingStreams incoming,
    PeerLinks links,
    IOptions<ChatOptions> chat,
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
        if (!await AskAsync(user, cancellationToken))
        {
            await requests.SetAsync(user, ChatState.Declined);
            throw new ChatException(ChatFault.Declined, $"{user} declined the chat.");
        }

        await requests.SetAsync(user, ChatState.Open);
        links.To(user).Open();
    }

    /// <summary>Answers a user who asked for a chat.</summary>
    public Task AnswerAsync(string user, bool accept) => requests.AnswerAsync(user, accept);

    /// <summary>Accepts another key for a name; delivery of the waiting messages continues.</summary>
    public async Task TrustAsync(string user, string fingerprint)
    {
        await known.AcceptKeyAsync(user, fingerprint);

        // Connections with the key that is no longer trusted are closed in both directions.
        await incoming.EndOthersAsync(user, fingerprint);
        links.To(user).Redial();
    }

    /// <summary>Makes sure that a user of that name exists.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.NotFound"/>: no user has claimed it. <see cref="ChatFault.Unavailable"/>: this client has never
    /// met the user, and the name server is away. See also <see cref="FirstRegistration.WaitAsync"/>.
    /// </exception>
    public async Task EnsureKnownAsync(string user, CancellationToken cancellationToken)
    {
        if (known.Find(user) is not null)
        {
            return;
        }

        await registration.WaitAsync(cancellationToken);
        if (await names.FindClaimAsync(user, cancellationToken) is null)
        {
            throw new ChatException(ChatFault.NotFound, $"No user is known by the name {user}.");
        }
    }

    /// <summary>Reports that the outbox has a message for a user.</summary>
    public void Wake(string user) => links.To(user).Wake();

    /// <summary>Tells a user how far this user has read.</summary>
    public void TellRead(string user) => incoming.TellRead(user);

    // Retries while the user is registered: a client that restarts is not absent.
    private async Task<bool> AskAsync(string user, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + chat.Value.OpenTimeout;
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), options.Value.MaxBackoff);
        while (true)
        {
            try
            {
                using var connection = await dialer.DialAsync(user, cancellationToken);
                return await connection.OpenChatAsync(deadline - time.GetUtcNow(), cancellationToken);
            }
            catch (PeerAwayException)
            {
                throw new ChatException(ChatFault.NoAnswer, $"{user} is away.");
            }
            catch (RpcException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.PermissionDenied or StatusCode.Unauthenticated)
            {
                throw new ChatException(ChatFault.KeyMismatch, $"{user}'s client refused: {e.Status.Detail}", e);
            }
            catch (RpcException e) when (TooManyRequestsException.IsBehind(e))
            {
                throw new ChatException(ChatFault.Unavailable, $"{user}'s client refused: {PeerLink.Sentence(e)}", e);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.DeadlineExceeded)
            {
                throw NoAnswer(user, e);
            }
            catch (RpcException e)
            {
                var wait = backoff.Next();
                if (time.GetUtcNow() + wait >= deadline)
                {
                    throw NoAnswer(user, e);
                }

                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private ChatException NoAnswer(string user, Exception cause) => new(
        ChatFault.NoAnswer, $"{user} did not answer within {chat.Value.OpenTimeout.TotalSeconds:0} seconds.", cause);
}
