using AspireChat.Client.History;
using AspireChat.Client.Identity;
using RabbitMQ.Client;

namespace AspireChat.Client.Mailbox;

/// <summary>
/// A user's mailbox, and where what cannot be opened is kept. Senders and the receiver declare them alike, and neither may ever
/// change an argument: who has the queue already would be refused
/// (https://www.rabbitmq.com/docs/queues#property-equivalence). A changed mailbox needs another name.
/// </summary>
internal static class MailboxTopology
{
    /// <summary>How many bytes of letters a mailbox holds: 100,000 short messages that were written one by one need about 150 MB.</summary>
    public const int MaxBytes = 256 * 1024 * 1024;

    // One day less than a letter is remembered, and than an unused claim or queue lives.
    private static readonly TimeSpan LettersWait = MessageStore.LettersFor - TimeSpan.FromDays(1);

    private const long MaxDeadBytes = 16 * 1024 * 1024;

    // The receiver itself counts its tries. The default is no limit in RabbitMQ 3.10 and 20 in 4.x, where the letter would be lost.
    private const int DeliveryLimit = 1_000_000;

    /// <summary>The name of a user's mailbox; it contains the key, so a reused user name inherits nothing.</summary>
    public static string Mailbox(string user, string fingerprint) => $"chat.mailbox.{user}.{Fingerprint.Prefix(fingerprint)}";

    /// <summary>The name of the queue for what a user's client could not open.</summary>
    public static string Dead(string user, string fingerprint) => $"chat.dead.{user}.{Fingerprint.Prefix(fingerprint)}";

    /// <summary>Declares a mailbox; idempotent.</summary>
    /// <returns>How many letters wait in it, and how many consumers it has.</returns>
    public static Task<QueueDeclareOk> DeclareMailboxAsync(IChannel channel, string queue, CancellationToken cancellationToken) =>
        DeclareAsync(
            channel,
            queue,
            new()
            {
                ["x-max-length-bytes"] = (long)MaxBytes,

                // The sender is told, and what it writes next waits behind what was refused.
                ["x-overflow"] = "reject-publish",
                ["x-message-ttl"] = (long)LettersWait.TotalMilliseconds,
                ["x-delivery-limit"] = DeliveryLimit,
            },
            cancellationToken);

    /// <summary>Declares a queue for what could not be opened; idempotent. The oldest is dropped first.</summary>
    public static Task DeclareDeadAsync(IChannel channel, string queue, CancellationToken cancellationToken) => DeclareAsync(
        channel, queue, new() { ["x-max-length-bytes"] = MaxDeadBytes, ["x-overflow"] = "drop-head" }, cancellationToken);

    private static Task<QueueDeclareOk> DeclareAsync(
        IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        arguments["x-queue-type"] = "quorum";
        arguments["x-expires"] = (long)MessageStore.LettersFor.TotalMilliseconds;
        return channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
    }
}
