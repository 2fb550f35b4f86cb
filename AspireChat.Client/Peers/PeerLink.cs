using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Owns this client's messages to one user until each has a receipt: connects when the outbox has a message, stays connected while
/// the chat is open, and retries after every fault. While the user is away, copies go to the user's mailbox.
/// </summary>
internal sealed partial class PeerLink(
    string user,
    PeerDialer dialer,
    ChatOpening opening,
    ChatRequests requests,
    LetterSender letters,
    MessageStore store,
    LiveEvents events,
    IOptions<PeerOptions> options,
    TimeProvider time,
    ILogger<PeerLink> logger)
{
    private readonly Conversation _conversation = Conversation.With(user);
    private readonly Bell _bell = new();
    private readonly Departures _departures = new();
    private readonly SlowedNotice _slowed = new(user, events, time);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(100), options.Value.MaxBackoff);
    private DateTimeOffset _lastContact = DateTimeOffset.MinValue;
    private DateTimeOffset? _troubleSince;
    private bool _isLeft;
    private bool _isNumberedOn;
    private volatile bool _stayConnected;
    private CancellationTokenSource? _connected;

    /// <summary>
    /// Reports that the outbox has a message or the user came online. Changes nothing while there is a stream: that has the message
    /// already, by <see cref="Leave"/>.
    /// </summary>
    public void Wake()
    {
        if (!_departures.IsOpen)
        {
            _bell.Ring();
        }
    }

    /// <summary>Gives a message to the stream, if there is one, while its commit is under way. For the writer of the history.</summary>
    public void Leave(OutboxMessage message)
    {
        if (_departures.Put(message))
        {
            _bell.Ring();
        }
    }

    /// <summary>Reports that a message that left could not be committed: the next ones wait for their commit.</summary>
    public void NotLeft()
    {
        _departures.Bar();

        // Messages of other calls may have waited there, and are in the outbox by now.
        _bell.Ring();
    }

    /// <summary>Reports that a message that left is committed. For the writer of the history.</summary>
    public void Left() => _departures.Committed();

    /// <summary>Connects to a user whose chat was just opened, and stays connected.</summary>
    public void Open()
    {
        Touch();
        _stayConnected = true;
        _bell.Ring();
    }

    /// <summary>Closes the connection and opens a new one, because another key is now trusted.</summary>
    public void Redial()
    {
        try
        {
            Volatile.Read(ref _connected)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection has already ended.
        }

        _bell.Ring();
    }

    /// <summary>Takes up messages left by an earlier process, and gives the user as much time to appear as after a restart.</summary>
    public void Resume() => Open();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        ChatException? givenUp = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // Inside the try block, so that a failing store is retried like any other fault.
                if (givenUp is not null)
                {
                    await GiveUpAsync(givenUp);
                    givenUp = null;
                    if (_isLeft)
                    {
                        await WaitAsync(stopping);
                        continue;
                    }
                }

                if (!_stayConnected && IsOutboxEmpty)
                {
                    _troubleSince = null;
                    await _bell.WaitAsync(stopping);
                    continue;
                }

                await ReachAsync(stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (ReasonToGiveUp(e) is { } reason)
            {
                givenUp = reason;
                continue;
            }
            catch (Exception e)
            {
                // The messages are on disk, so the next attempt resumes whatever the fault was.
                Log.Broken(logger, user, e);
            }

            await WaitAsync(stopping);
        }
    }

    private bool IsOutboxEmpty => store.ReadOutbox(_conversation, after: 0, count: 1, bytes: 0).Count == 0;

    private async Task ReachAsync(CancellationToken stopping)
    {
        _isLeft = false;
        try
        {
            await ConverseAsync(stopping);
            Touch();
        }
        catch (Exception e) when (!stopping.IsCancellationRequested && IsAway(e))
        {
            await LeaveLettersAsync(stopping);
        }
    }

    // A user who is not registered is away; so is one who cannot be reached for as long as a restart may take.
    private bool IsAway(Exception fault)
    {
        if (fault is PeerAwayException)
        {
            _troubleSince = null;
            return letters.HasMailboxes;
        }

        var now = time.GetUtcNow();
        var since = _troubleSince ??= now;
        return letters.HasMailboxes && ReasonToGiveUp(fault) is null && now - since >= options.Value.AwayAfter;
    }

    private ChatException? ReasonToGiveUp(Exception fault)
    {
        if (fault is PeerAwayException or NoMailboxException)
        {
            return time.GetUtcNow() - _lastContact >= options.Value.AwayAfter
                ? new ChatException(
                    ChatFault.NoAnswer, fault is NoMailboxException ? fault.Message : $"{user} is away; the delivery was not confirmed.")
                : null;
        }

        var refusal = opening.Refusal(user, fault);
        if (refusal is { Fault: not ChatFault.NoAnswer, InnerException: RpcException call })
        {
            Log.Refused(logger, user, call.StatusCode);
        }

        return refusal;
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        try
        {
            await _bell.WaitAsync(_isLeft ? UntilHeardOf : _backoff.Next(), time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop checks for this.
        }
    }

    private void Touch()
    {
        _lastContact = time.GetUtcNow();
        _troubleSince = null;
        _isLeft = false;
    }

    private async Task GiveUpAsync(ChatException reason)
    {
        _stayConnected = false;
        _backoff.Reset();

        // An answer may still come to what waits in the mailbox; a refusal is meant for that too.
        var isFinal = reason.Fault != ChatFault.NoAnswer;
        await _turn.RunAsync(async () =>
        {
            foreach (var message in await store.MarkFailedAsync(_conversation, long.MaxValue, reason.Message, alsoStored: isFinal))
            {
                Publish(message.Id, MessageState.Failed, reason.Message);
            }
        });
        _isLeft = !IsOutboxEmpty;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The connection to {User} broke; retrying", EventName = "LinkBroken")]
        public static partial void Broken(ILogger logger, string user, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{User}'s client refused with {Status}", EventName = "LinkRefused")]
        public static partial void Refused(ILogger logger, string user, StatusCode status);

        [LoggerMessage(3, LogLevel.Warning, "{User} has {Count} messages of this user that were not stored here before the last process was killed", EventName = "HistoryLacks")]
        public static partial void Lacking(ILogger logger, string user, long count);
    }
}
