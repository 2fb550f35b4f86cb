using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Other users' requests to chat, answered at once or by this client's user.</summary>
/// <remarks>
/// Decisions about chats are made one at a time: a request that is repeated while it is being answered must not be put to
/// the user again.
/// </remarks>
internal sealed class ChatRequests(
    MessageStore store,
    LiveEvents events,
    RequestQuota quota,
    IOptions<ChatOptions> options,
    IOptions<PeerOptions> limits) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, Request> _asked = new(StringComparer.Ordinal);
    private long _askedSoFar;

    /// <summary>Whether a caller may send messages: its chat is open, or this client opens it without asking.</summary>
    /// <exception cref="TooManyRequestsException">The chat would open, but the caller has opened too many.</exception>
    public async Task<bool> IsOpenAsync(PeerCaller caller)
    {
        if (IsOpen(caller.User))
        {
            return true;
        }

        if (options.Value.AcceptChats != AcceptChats.Auto)
        {
            return false;
        }

        quota.Count(caller);
        await SetAsync(caller.User, ChatState.Open);
        return true;
    }

    /// <summary>Asks this client's user if necessary, and waits for the answer as long as the caller does.</summary>
    /// <exception cref="TooManyRequestsException">The caller asks too often, or too many callers wait for an answer.</exception>
    public async Task<bool> DecideAsync(PeerCaller caller, CancellationToken cancellationToken)
    {
        if (await IsOpenAsync(caller))
        {
            return true;
        }

        quota.Count(caller);

        if (await InTurnAsync(() => AskAsync(caller.User)) is not { } request)
        {
            return true;
        }

        // An answer after the caller's deadline still counts: the caller's next request finds the chat open, or asks again.
        return await request.WaitAsync(cancellationToken);
    }

    /// <summary>Raised when a chat is opened, in whatever way. Handlers must be quick and must not throw.</summary>
    public event Action<string>? Opened;

    /// <summary>Whether what a sender left in the mailbox may be shown; a stranger's letter asks for the chat.</summary>
    /// <returns>False if this user must decide first.</returns>
    /// <exception cref="TooManyRequestsException">The sender asks too often.</exception>
    public async Task<bool> AdmitAsync(PeerCaller sender)
    {
        if (await IsOpenAsync(sender))
        {
            return true;
        }

        // Further letters belong to the same request.
        if (store.FindChat(sender.User)?.State == ChatState.Asked)
        {
            return false;
        }

        quota.Count(sender);
        return await InTurnAsync(async () =>
        {
            var state = store.FindChat(sender.User)?.State;
            if (state is not (ChatState.Open or ChatState.Asked))
            {
                await MakeRoomAsync();
                await ChangeAsync(sender.User, ChatState.Asked);
            }

            return state == ChatState.Open;
        });
    }

    /// <summary>Records this user's answer to a request.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: the other user has not asked.</exception>
    public Task AnswerAsync(string user, bool accept) => InTurnAsync(async () =>
    {
        if (store.FindChat(user)?.State != ChatState.Asked)
        {
            throw new ChatException(ChatFault.NotFound, $"{user} has not asked for a chat.");
        }

        if (!accept)
        {
            // Before the state changes: a letter that is still held would ask again.
            await store.DropHeldOfAsync(user);
        }

        await ChangeAsync(user, accept ? ChatState.Open : ChatState.Declined);
        Settle(user, accept);
        return accept;
    });

    /// <summary>Sets the state of a chat and publishes the change.</summary>
    public async Task SetAsync(string user, ChatState state)
    {
        if (store.FindChat(user)?.State == state)
        {
            return;
        }

        await InTurnAsync(async () =>
        {
            await ChangeAsync(user, state);
            if (state == ChatState.Open)
            {
                // Both users asked each other at the same time.
                Settle(user, accept: true);
            }

            return state;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // Returns null if the chat is already open.
    private async Task<Request?> AskAsync(string user)
    {
        var state = store.FindChat(user)?.State;
        if (state == ChatState.Open)
        {
            return null;
        }

        if (state != ChatState.Asked)
        {
            await MakeRoomAsync();
        }

        await ChangeAsync(user, ChatState.Asked);
        var request = _asked.GetOrAdd(user, _ => new Request());
        request.Enter(++_askedSoFar);
        return request;
    }

    // Keys cost nothing, so all callers share one limit. A caller that asks and hangs up must not occupy the list forever.
    private async Task MakeRoomAsync()
    {
        var asked = store.ListAsked();
        if (asked.Count < limits.Value.MaxWaitingRequests)
        {
            return;
        }

        // Requests left by an earlier process have no number and count as the oldest.
        var left = asked
            .Select(user => (User: user, Request: _asked.GetValueOrDefault(user)))
            .Where(each => each.Request is not { IsAwaited: true })
            .OrderBy(each => each.Request?.Number ?? 0)
            .Select(each => each.User)
            .FirstOrDefault()
            ?? throw new TooManyRequestsException($"{asked.Count} other users are already waiting for an answer; try again later.");
        _asked.TryRemove(left, out _);
        await store.CloseChatAsync(left);
        events.Publish(new ChatOpenedEvent(left, ChatState.Closed));
    }

    private bool IsOpen(string user) => store.FindChat(user)?.State == ChatState.Open;

    private void Settle(string user, bool accept)
    {
        if (_asked.TryRemove(user, out var request))
        {
            request.Answer(accept);
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> decide)
    {
        await _turn.WaitAsync();
        try
        {
            return await decide();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ChangeAsync(string user, ChatState state)
    {
        if (store.FindChat(user)?.State == state)
        {
            return;
        }

        await store.SetChatStateAsync(user, state);
        events.Publish(new ChatOpenedEvent(user, state));
        if (state == ChatState.Open)
        {
            Opened?.Invoke(user);
        }
    }

    private sealed class Request
    {
        private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

        // The position of the latest time this was asked, among all requests.
        public long Number { get; private set; }

        // Called in turn, so that a request is not dropped between being asked and being awaited.
        public void Enter(long number)
        {
            Number = number;
            Interlocked.Increment(ref _waiting);
        }

        public void Answer(bool accept) => _answer.TrySetResult(accept);

        public async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await _answer.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }
}
