using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;

namespace AspireChat.Client.Messaging;

/// <summary>Why this user's messages in one conversation wait: the reason is stored with each of them, and shown.</summary>
internal sealed partial class WaitingReason(
    Conversation conversation, MessageStore store, LocalPeer self, LiveEvents events, ILogger logger)
{
    // Events about a message must be published in the order in which its states were stored.
    private readonly Turn _turn = new();

    private bool _isTold;

    /// <summary>Changes the states of messages and publishes the change before any other event about them.</summary>
    public Task InTurnAsync(Func<Task> change) => _turn.RunAsync(change);

    /// <summary>Gives the current reason to waiting messages that do not have it yet, or withdraws one that is no longer true.</summary>
    /// <param name="why">The reason, as a sentence for the user; null if there is none.</param>
    /// <returns>False if that could not be stored.</returns>
    public async Task<bool> TellAsync(Func<string?> why)
    {
        try
        {
            await InTurnAsync(async () =>
            {
                var reason = why();
                if (reason is null && !_isTold)
                {
                    return;
                }

                foreach (var message in await store.ExplainWaitingAsync(conversation, reason))
                {
                    events.Publish(new StateEvent(message.Id, self.Name, conversation, MessageState.Sending, reason));
                }

                _isTold = reason is not null;
            });
            return true;
        }
        catch (Exception e)
        {
            // The disk may be full, for example; that is no reason to stop sending.
            Log.NotTold(logger, conversation, e);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Why messages of {Conversation} wait could not be stored; trying again", EventName = "ReasonNotTold")]
        public static partial void NotTold(ILogger logger, Conversation conversation, Exception exception);
    }
}
