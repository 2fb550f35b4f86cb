using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Mailbox;
using AspireChat.Client.Messaging;
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
    DeliveryQuota quota,
    ReadReceipts reading,
    PeerLinks links,
    MessageStore store,
    LocalPeer self,
    LiveEvents events,
    RefusalLog refusals,
    TimeProvider time,
    ILogger<LetterInbox> logger) : BackgroundService
{
    // Letters of strangers cost nothing, so they share a little room; what is not held stays in its sender's outbox.
    private const long MaxHeldBytesOfKey = 1024 * 1024;
    private const long MaxHeldBytes = 16 * 1024 * 1024;

    // While the name server is away each question takes seconds, and friends' letters wait behind it.
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    // An exit in order takes at most this much longer, for receipts; without them a sender who is away would learn nothing until both
    // are there.
    private static readonly TimeSpan LastReceipts = TimeSpan.FromSeconds(5);

    private readonly Bell _held = new();
    private CancellationToken _stopping;

    // Both loops of this class read and write it; 0 is never.
    private long _undecidedAt;

    private enum Verdict
    {
        Show,
        HoldForName,
        HoldForUser,
        Drop,
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        requests.Opened += Release;
        try
        {
            await Task.WhenAll(reader.RunAsync(TakeAsync, stoppingToken), ReleaseAsync(stoppingToken));
        }
        finally
        {
            requests.Opened -= Release;
        }

        void Release(string user) => _held.Ring();
    }

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

    private async Task TellAsync(Arrived arrived, CancellationToken round)
    {
        using var telling = new CancellationTokenSource();
        await using var end = round.Register(
            () => telling.CancelAfter(_stopping.IsCancellationRequested ? LastReceipts : TimeSpan.Zero));
        foreach (var (sender, ids) in arrived.BySender)
        {
            await letters.TellAsync(sender, ids, reading.Through(sender.User, sender.Fingerprint), telling.Token);
        }
    }

    // Who has a message of this user's has accepted the chat; anybody else could open one by an empty receipt.
    private async Task TakeReceiptAsync(Addressee sender, OpenedReceipt receipt)
    {
        if (store.HasOwn(Conversation.With(sender.User)) && await links.To(sender.User).TakeReceiptAsync(receipt))
        {
            await requests.SetAsync(sender.User, ChatState.Open);
        }
    }

    private async Task<Verdict> JudgeAsync(OpenedLetter letter, CancellationToken round)
    {
        var (user, fingerprint) = (letter.Sender.User, letter.Sender.Fingerprint);
        if (!trust.HasMet(user) && Interlocked.Read(ref _undecidedAt) is not 0 and var before && time.GetElapsedTime(before) < AskEvery)
        {
            return Verdict.HoldForName;
        }

        switch (await trust.CheckAsync(user, fingerprint, epoch: null, round))
        {
            case NameVerdict.Trusted:
                break;
            case NameVerdict.NotYetKnown or NameVerdict.NotYetClaimed:
                Interlocked.Exchange(ref _undecidedAt, time.GetTimestamp());
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
            var sender = new PeerCaller(user, fingerprint);
            if (!await requests.AdmitAsync(sender))
            {
                return Verdict.HoldForUser;
            }

            return quota.TryTakeLetter(sender, letter.Messages)
                ? Verdict.Show
                : Refuse(user, $"A letter from {user} was refused: {user} sends more than one user may.");
        }
        catch (TooManyRequestsException)
        {
            return Refuse(user, $"A letter from {user} was refused: too many strangers have written to you.");
        }
    }

    private async Task HoldAsync(ReceivedLetter letter)
    {
        var sender = letter.Opened.Sender;
        if (await store.HoldLetterAsync(sender.User, sender.Fingerprint, letter.Delivery.Body, MaxHeldBytesOfKey, MaxHeldBytes))
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

    private Verdict Refuse(string user, string sentence)
    {
        refusals.Count(Conversation.With(user), sentence);
        ChatTelemetry.CountRefused("letter");
        events.Publish(new RefusedEvent(Conversation.With(user), sentence));
        return Verdict.Drop;
    }

    /// <summary>The messages that arrived, by sender.</summary>
    private sealed class Arrived
    {
        private readonly Dictionary<string, (Addressee Sender, HashSet<Guid> Ids)> _senders = new(StringComparer.Ordinal);

        public IEnumerable<(Addressee Sender, HashSet<Guid> Ids)> BySender => _senders.Values;

        public void Add(OpenedLetter letter)
        {
            if (!_senders.TryGetValue(letter.Sender.Fingerprint, out var sender))
            {
                _senders.Add(letter.Sender.Fingerprint, sender = (letter.Sender, []));
            }

            sender.Ids.UnionWith(letter.Messages.Select(message => message.Id));
        }
    }
}
