using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Mailbox;
using AspireChat.Client.Names;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Peers;

/// <summary>Seals letters and receipts for users who are away, and leaves them in their mailboxes.</summary>
internal sealed partial class LetterSender(NameTrust trust, MailboxPost post, LocalPeer self, ILogger<LetterSender> logger)
{
    /// <summary>Whether there is a broker to have mailboxes at.</summary>
    public bool HasMailboxes => post.Exists;

    /// <summary>Leaves copies of messages, one letter after the other.</summary>
    /// <param name="user">The user who is away.</param>
    /// <param name="next">Returns what the next letter takes; the letters end when it is empty.</param>
    /// <param name="left">Called when the broker has a letter.</param>
    /// <param name="cancellationToken">Ends the waiting; the last letter may be there.</param>
    /// <exception cref="NoMailboxException">The user's client has no mailbox.</exception>
    /// <exception cref="MailboxFullException">A letter was refused, and no later one was left.</exception>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.KeyMismatch"/>: the name belongs to another key than before. <see cref="ChatFault.Unavailable"/>: the
    /// broker, or for a user never met the name server, is away.
    /// </exception>
    public async Task SendAsync(
        string user,
        Func<Task<IReadOnlyList<OutboxMessage>>> next,
        Func<IReadOnlyList<OutboxMessage>, Task> left,
        CancellationToken cancellationToken)
    {
        var to = await trust.FindAddresseeAsync(user, cancellationToken) ?? throw new NoMailboxException(user);
        await post.UseAsync(
            to,
            async leave =>
            {
                for (var batch = await next(); batch.Count > 0 && trust.IsExpected(to); batch = await next())
                {
                    await leave(Letters.Seal(self, to, batch));
                    await left(batch);
                }
            },
            cancellationToken);
    }

    /// <summary>
    /// Leaves a receipt for somebody who may be away. If that is not possible, the sender learns it from the next stream.
    /// </summary>
    /// <param name="to">The sender of the messages.</param>
    /// <param name="stored">Their ids.</param>
    /// <param name="readThrough">All that is stored up to this seq was read; 0 says nothing.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task TellAsync(Addressee to, IReadOnlyCollection<Guid> stored, long readThrough, CancellationToken cancellationToken)
    {
        try
        {
            to = await trust.LatestAsync(to, cancellationToken);
            await post.UseAsync(
                to,
                async leave =>
                {
                    foreach (var part in stored.Chunk(Letters.MaxReceipts).DefaultIfEmpty([]))
                    {
                        await leave(Letters.Seal(self, to, part, readThrough));
                    }
                },
                cancellationToken);
        }
        catch (Exception e) when (e is ChatException or MailboxFullException)
        {
            Log.NotTold(logger, to.User, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A receipt for {User} could not be left ({Reason}); the next stream brings it", EventName = "ReceiptNotLeft")]
        public static partial void NotTold(ILogger logger, string user, string reason);
    }
}

/// <summary>A user who is away has no mailbox: there is no claim, or none that shows a valid key to seal letters to.</summary>
internal sealed class NoMailboxException(string user) : Exception(
    $"{user} is away, and nobody has shown a mailbox of {user}'s; the delivery was not confirmed.");
