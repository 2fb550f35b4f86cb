using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Mailbox;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Peers;

/// <summary>
/// What others left in this user's mailbox: messages are stored like those of a stream, and answered by a receipt; receipts go to
/// the link that owns the outbox. A letter on which nobody can decide yet is held: its sender is not known while the name server is
/// away, or this user has not accepted the chat.
/// </summary>
internal sealed partial class LetterInbox(
    MailboxReader reader,
    LetterSender letters,
    NameTrust trust,
    ChatRequests requests,
    ReadReceipts reading,
    PeerLinks links,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    TimeProvider time,
    ILogger<LetterInbox> logger) : BackgroundService
{
    // Letters of strangers cost nothing, so they share a little room; what is not held stays in its sender's outbox.
    private const long MaxHeldBytesOfKey = 1024 * 1024;
    private const long MaxHeldBytes = 16 * 1024 * 1024;

    private readonly Bell _held = new();

    private enum Verdict
    {
        Show,
        HoldForName,
        HoldForUser,
        Drop,
    }

    /// <summary>Reports that this user has accepted or declined a chat, for which letters may be held.</summary>
    public void Decided() => _held.Ring();

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(reader.RunAsync(TakeAsync, stoppingToken), ReleaseAsync(stoppingToken));

    private async Task TakeAsync(IReadOnlyList<ReceivedLetter> received, CancellationToken round)
    {
        // The store shares one commit among all these letters.
        var commits = new List<Task>(received.Count);
        var arrived = new Arrived();
        foreach (var letter in received)
        {
            var sender = letter.Opened.Sender;
            var held = letter.Opened.Receipt is null && store.HoldsOf(Conversation.With(sender.User), sender.Fingerprint);
            switch (held ? Verdict.HoldForName : await JudgeAsync(letter.Opened, round))
            {
                case Verdict.Show when letter.Opened.Receipt is { } receipt:
                    commits.Add(TakeReceiptAsync(sender, receipt));
                    break;
                case Verdict.Show:
                    commits.Add(StoreAsync(letter.Opened, held: null));
                    arrived.Add(letter.Opened);
                    break;
                case Verdict.HoldForName or Verdict.HoldForUser when letter.Opened.Receipt is null:
                    await HoldAsync(letter);
                    break;
                default:
                    break;
            }
        }

        await Task.WhenAll(commits);
        await TellAsync(arrived, round);
    }

    private async Task TellAsync(Arrived arrived, CancellationToken cancellationToken)
    {
        foreach (var (sender, seqs) in arrived.BySender)
        {
            await letters.TellAsync(sender, seqs, reading.Through(sender.User, sender.Fingerprint), cancellationToken);
        }
    }

    private async Task TakeReceiptAsync(Addressee sender, OpenedReceipt receipt)
    {
        await requests.SetAsync(sender.User, ChatState.Open);
        await links.To(sender.User).TakeReceiptAsync(receipt);
    }

    private async Task<Verdict> JudgeAsync(OpenedLetter letter, CancellationToken round)
    {
        var (user, fingerprint) = (letter.Sender.User, letter.Sender.Fingerprint);
        switch (await trust.CheckAsync(user, fingerprint, epoch: null, round))
        {
            case NameVerdict.Trusted:
                break;
            case NameVerdict.NotYetKnown or NameVerdict.NotYetClaimed:
                return Verdict.HoldForName;
            case NameVerdict.OtherKey:
                return Refuse(user, $"A letter from {user} was refused: {user} is known here with another key.");
            default:
                return Refuse(user, $"A letter from {user} was refused: the name does not belong to the key that signed.");
        }

        await trust.AddressAsync(letter.Sender);
        if (letter.Receipt is not null)
        {
            return Verdict.Show;
        }

        try
        {
            return await requests.AdmitAsync(new PeerCaller(user, fingerprint)) switch
            {
                true => Verdict.Show,
                false => Verdict.Drop,
                null => Verdict.HoldForUser,
            };
        }
        catch (TooManyRequestsException)
        {
            return Refuse(user, $"A letter from {user} was refused: too many strangers have written to you.");
        }
    }

    private async Task HoldAsync(ReceivedLetter letter)
    {
        var sender = letter.Opened.Sender;
        if (await store.HoldAsync(
            Conversation.With(sender.User), sender.Fingerprint, letter.Body, MaxHeldBytesOfKey, MaxHeldBytes, joined: []))
        {
            _held.Ring();
            return;
        }

        Refuse(sender.User, $"A letter from {sender.User} was refused: too many letters already wait for a decision.");
    }

    private async Task StoreAsync(OpenedLetter letter, HeldBatch? held)
    {
        var (chat, here) = (Conversation.With(letter.Sender.User), Conversation.With(self.Name));
        var spans = letter.Messages
            .Select(message => ChatTelemetry.StartReceive(here, letter.Sender.User, message.Trace, message.Id))
            .OfType<Activity>()
            .ToArray();
        try
        {
            await store.StoreReceivedAsync(
                chat, letter.Sender.User, letter.Sender.Fingerprint, letter.Messages, held: held?.Local, committed: fresh =>
                {
                    ChatTelemetry.CountReceived(chat, fresh.Count, letter.Messages.Count - fresh.Count);
                    foreach (var message in fresh)
                    {
                        events.Publish(new MessageEvent(message));
                    }
                });
        }
        finally
        {
            foreach (var span in spans)
            {
                span.Dispose();
            }
        }
    }

    // Decides on held letters as soon as that is possible.
    private async Task ReleaseAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var isDecided = true;
                foreach (var user in store.ListHeldChats())
                {
                    isDecided &= await ReleaseAsync(user, stopping);
                }

                if (isDecided)
                {
                    backoff.Reset();
                    await _held.WaitAsync(stopping);
                    continue;
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.NotReleased(logger, e);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Returns false if the name server must be asked again.
    private async Task<bool> ReleaseAsync(string user, CancellationToken stopping)
    {
        var arrived = new Arrived();
        var isDecided = true;
        foreach (var held in store.ListHeldBatches(Conversation.With(user)))
        {
            if (store.ReadHeld(held) is not { } body)
            {
                continue;
            }

            var letter = Letters.Open(self, body);
            var verdict = await JudgeAsync(letter, stopping);
            if (verdict == Verdict.Show)
            {
                await StoreAsync(letter, held);
                arrived.Add(letter);
            }
            else if (verdict == Verdict.Drop)
            {
                await store.DropLetterAsync(user, held);
            }
            else
            {
                isDecided = verdict == Verdict.HoldForUser;
                break;
            }
        }

        await TellAsync(arrived, stopping);
        return isDecided;
    }

    private Verdict Refuse(string user, string sentence)
    {
        Log.Refused(logger, user);
        ChatTelemetry.CountRefused("letter");
        events.Publish(new RefusedEvent(Conversation.With(user), sentence));
        return Verdict.Drop;
    }

    /// <summary>The seqs of the messages that arrived, by sender.</summary>
    private sealed class Arrived
    {
        private readonly Dictionary<string, (Addressee Sender, List<long> Seqs)> _senders = new(StringComparer.Ordinal);

        public IEnumerable<(Addressee Sender, List<long> Seqs)> BySender => _senders.Values;

        public void Add(OpenedLetter letter)
        {
            if (!_senders.TryGetValue(letter.Sender.Fingerprint, out var sender))
            {
                _senders.Add(letter.Sender.Fingerprint, sender = (letter.Sender, []));
            }

            sender.Seqs.AddRange(letter.Messages.Select(message => message.Seq));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A letter in the name of {User} was refused", EventName = "LetterNotTaken")]
        public static partial void Refused(ILogger logger, string user);

        [LoggerMessage(2, LogLevel.Warning, "Held letters could not be looked at; trying again", EventName = "LettersNotReleased")]
        public static partial void NotReleased(ILogger logger, Exception exception);
    }
}
