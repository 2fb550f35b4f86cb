using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Others' wishes to chat: answered at once, or by this client's user.</summary>
/// <remarks>
/// What is decided about chats is decided one after the other: a request that comes again while its answer is given must
/// not be asked anew.
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

    /// <summary>Whether messages from a user are welcome: the chat is open, or opens unasked.</summary>
    /// <exception cref="TooManyRequestsException">It would open, but its caller has opened enough for now.</exception>
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

    /// <summary>Asks this client's user, if need be, and waits for the answer as long as the caller does.</summary>
    /// <exception cref="TooManyRequestsException">The caller asks too much, or too many wait for an answer.</exception>
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

        // An answer after the caller's deadline is kept: the next try finds the chat open, or asks again.
        return await request.WaitAsync(cancellationToken);
    }

    /// <summary>The user's answer.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: that user did not ask.</exception>
    public Task AnswerAsync(string user, bool accept) => InTurnAsync(async () =>
    {
        if (store.FindChat(user)?.State != ChatState.Asked)
        {
            throw new ChatException(ChatFault.NotFound, $"{user} has not asked for a chat.");
        }

        await ChangeAsync(user, accept ? ChatState.Open : ChatState.Declined);
        Settle(user, accept);
        return accept;
    });

    /// <summary>Sets where a chat stands and says so.</summary>
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
                // Both asked each other at once.
                Settle(user, accept: true);
            }

            return state;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    // Null if the chat is open by now.
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

    // Keys cost nothing either, so there is a bound for all; but whoever asks and hangs up must not fill the list for good.
    private async Task MakeRoomAsync()
    {
        var asked = store.ListAsked();
        if (asked.Count < limits.Value.MaxWaitingRequests)
        {
            return;
        }

        // Those of an earlier process have no number, and are the oldest.
        var left = asked
            .Select(user => (User: user, Request: _asked.GetValueOrDefault(user)))
            .Where(each => each.Request is not { IsAwaited: true })
            .OrderBy(each => each.Request?.Number ?? 0)
            .Select(each => each.User)
            .FirstOrDefault()
            ?? throw new TooManyRequestsException($"{asked.Count} others wait for an answer already; try again later.");
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
    }

    private sealed class Request
    {
        private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;

        public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

        // When it was asked last, among all.
        public long Number { get; private set; }

        // In turn, so that a request is not dropped between its asking and its waiting.
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
