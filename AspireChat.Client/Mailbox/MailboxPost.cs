using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Wire;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Mailbox;

/// <summary>A letter was refused: the mailbox is full.</summary>
internal sealed class MailboxFullException(string user) : Exception(
    $"{user}'s mailbox is full; this waits until {user}'s client has taken letters out, or is back.");

/// <summary>
/// Leaves letters in mailboxes, each after the confirm of the one before: a letter that is refused, or whose confirm is lost,
/// then has none behind it, so order holds.
/// </summary>
internal sealed class MailboxPost(BrokerConnection broker, IOptions<BrokerOptions> options)
{
    private const string So = "nothing can be left for somebody who is away";

    // The library waits for the confirm of each publish, and throws if it is refused.
    private static readonly CreateChannelOptions WithConfirm = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    /// <summary>Whether there is a broker to have mailboxes at.</summary>
    public bool Exists => broker.IsConfigured;

    /// <summary>Leaves letters in a user's mailbox.</summary>
    /// <param name="to">The user.</param>
    /// <param name="leave">Gets the function that leaves one letter and returns when the broker has it.</param>
    /// <param name="cancellationToken">Ends the waiting; the last letter may be there.</param>
    /// <exception cref="MailboxFullException">A letter was refused, and no later one was left.</exception>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Unavailable"/>: the broker is away, accepts nothing now, or refuses; the last letter may be there.
    /// </exception>
    public Task UseAsync(Addressee to, Func<Func<byte[], Task>, Task> leave, CancellationToken cancellationToken) => PublishAsync(
        to.User,
        MailboxTopology.Mailbox(to.User, to.Fingerprint),
        (channel, queue) => MailboxTopology.DeclareMailboxAsync(channel, queue, cancellationToken),
        leave,
        cancellationToken);

    /// <summary>Keeps a letter of this user that cannot be opened.</summary>
    /// <returns>False if the broker refuses the queue for it, which would hold up the mailbox for ever.</returns>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the broker is away or accepts nothing now.</exception>
    public async Task<bool> BuryAsync(LocalPeer self, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(
                self.Name,
                MailboxTopology.Dead(self.Name, self.Identity.Fingerprint),
                (channel, queue) => MailboxTopology.DeclareDeadAsync(channel, queue, cancellationToken),
                leave => leave(body.ToArray()),
                cancellationToken);
            return true;
        }
        catch (ChatException e) when (e.InnerException is { } cause && BrokerRefusal.Of(cause) is not null)
        {
            return false;
        }
    }

    private async Task PublishAsync(
        string user,
        string queue,
        Func<IChannel, string, Task> declare,
        Func<Func<byte[], Task>, Task> leave,
        CancellationToken cancellationToken)
    {
        var patience = options.Value.PublishDeadline;
        try
        {
            await broker.UseChannelAsync(channel => declare(channel, queue), cancellationToken, patience);
            await broker.UsePublishingAsync(
                (connection, channel) => leave(letter => broker.PublishAsync(
                    connection, () => channel.BasicPublishAsync("", queue, mandatory: true, Properties(), letter, cancellationToken), So)),
                So,
                cancellationToken,
                WithConfirm,
                patience);
        }
        catch (ChatException e) when (broker.Alarm.IsOn)
        {
            throw new ChatException(ChatFault.Unavailable, BrokerAlarm.Waits, e);
        }
        catch (PublishException e) when (!e.IsReturn)
        {
            throw new MailboxFullException(user);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, cancellationToken))
        {
            throw new ChatException(ChatFault.Unavailable, BrokerRefusal.Of(e) is { } refusal
                ? BrokerFaults.Sentence($"{user}'s mailbox", refusal.Text)
                : $"{user} is away and so is RabbitMQ, where this could wait; it is saved here and tried again.", e);
        }
    }

    // No id, no time, no sender: the broker needs none of them.
    private static BasicProperties Properties() => new() { ContentType = SignedBatch.ContentType, Persistent = true };
}
