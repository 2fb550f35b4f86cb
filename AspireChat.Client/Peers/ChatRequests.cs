using System.Collections.Concurrent;
using AspireChat.Client.Conversations;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Others' wishes to chat: answered at once, or by the own user.</summary>
internal sealed class ChatRequests(MessageStore store, LiveEvents events, IOptions<ChatOptions> options)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _asked = new(StringComparer.Ordinal);

    /// <summary>Whether messages from a user are welcome: the chat is open, or opens unasked.</summary>
    public async Task<bool> IsOpenAsync(string user)
    {
        if (store.FindChat(user)?.State == ChatState.Open)
        {
            return true;
        }

        if (options.Value.AcceptChats != AcceptChats.Auto)
        {
            return false;
        }

        await SetAsync(user, ChatState.Open);
        return true;
    }

    /// <summary>Asks the own user, if need be, and waits for the answer as long as the caller does.</summary>
    public async Task<bool> DecideAsync(string user, CancellationToken cancellationToken)
    {
        if (await IsOpenAsync(user))
        {
            return true;
        }

        var answer = _asked.GetOrAdd(user, _ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        await SetAsync(user, ChatState.Asked);

        // An answer after the caller's deadline is kept: the next try finds the chat open, or asks again.
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The own user's answer.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.NotFound"/>: that user did not ask.</exception>
    public async Task AnswerAsync(string user, bool accept)
    {
        if (store.FindChat(user)?.State != ChatState.Asked)
        {
            throw new ChatException(ChatFault.NotFound, $"{user} has not asked for a chat.");
        }

        await SetAsync(user, accept ? ChatState.Open : ChatState.Declined);
        if (_asked.TryRemove(user, out var answer))
        {
            answer.TrySetResult(accept);
        }
    }

    /// <summary>Sets where a chat stands and says so.</summary>
    public async Task SetAsync(string user, ChatState state)
    {
        if (store.FindChat(user)?.State == state)
        {
            return;
        }

        await store.SetChatStateAsync(user, state);
        events.Publish(new ChatOpenedEvent(user, state));
    }
}
