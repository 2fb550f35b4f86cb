using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Others' wishes to chat: answered at once, or by the own user.</summary>
/// <remarks>
/// What is decided about chats is decided one after the other: a request that comes again while its answer is given must
/// not be asked anew.
/// </remarks>
internal sealed class ChatRequests(MessageStore store, LiveEvents events, RequestQuota quota, IOptions<ChatOptions> options, IOptions<PeerOptions> limits) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _asked = new(StringComparer.Ordinal);

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

    /// <summary>Asks the own user, if need be, and waits for the answer as long as the caller does.</summary>
    /// <exception cref="TooManyRequestsException">The caller asks too much, or too many wait for an answer.</exception>
    public async Task<bool> DecideAsync(PeerCaller caller, CancellationToken cancellationToken)
    {
        if (await IsOpenAsync(caller))
        {
            return true;
        }

        quota.Count(caller);

        // An answer after the caller's deadline is kept: the next try finds the chat open, or asks again.
        return await (await InTurnAsync(() => AskAsync(caller.User))).WaitAsync(cancellationToken);
    }

    /// <summary>The own user's answer.</summary>
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

    private async Task<Task<bool>> AskAsync(string user)
    {
        var state = store.FindChat(user)?.State;
        if (state == ChatState.Open)
        {
            return Task.FromResult(true);
        }

        // Keys cost nothing either.
        if (state != ChatState.Asked && store.CountAsked() >= limits.Value.MaxWaitingRequests)
        {
            throw new TooManyRequestsException($"{limits.Value.MaxWaitingRequests} others wait for an answer already; try again later.");
        }

        await ChangeAsync(user, ChatState.Asked);
        return _asked.GetOrAdd(
            user, _ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    private bool IsOpen(string user) => store.FindChat(user)?.State == ChatState.Open;

    private void Settle(string user, bool accept)
    {
        if (_asked.TryRemove(user, out var answer))
        {
            answer.TrySetResult(accept);
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
}
